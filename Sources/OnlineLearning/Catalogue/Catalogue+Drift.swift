extension Catalogue {
    public static let driftDetectors: [any DriftDetector.Type] = [
        ADWIN.self, DDM.self, EDDM.self, HDDMA.self, HDDMW.self, KSWIN.self, NoDrift.self, PageHinkley.self,
    ]
    static let driftDeclarations: [ComponentDeclaration] = driftDetectors.map { $0.declaration }
}
