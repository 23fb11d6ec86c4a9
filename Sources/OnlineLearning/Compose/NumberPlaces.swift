/// Where the numbers of a pipeline lie in a ``FeatureVector``: first those that reach the learner, the contract's
/// before those that steps add, then those that do not.
struct NumberPlaces {
    let names: [String]
    let reachingCount: Int

    init(_ declaration: PipelineDeclaration) {
        let hidden = declaration.hiddenNumbers
        let all = declaration.numbers + declaration.derivedNumbers
        let reaching = hidden.isEmpty ? all : all.filter { !hidden.contains($0) }
        names = hidden.isEmpty ? all : reaching + all.filter { hidden.contains($0) }
        reachingCount = reaching.count
    }

    func place(of name: String) -> Int? {
        names.firstIndex { $0.utf8.elementsEqual(name.utf8) }
    }

    /// A feature as a transformer finds it.
    func input(_ name: String, _ layout: FeatureLayout) -> Input {
        let index = layout.index(of: name)
        if let place = place(of: name) {
            return Input(name: name, kind: index.map { layout.kinds[$0] } ?? .number, slot: place)
        }
        guard let index else { preconditionFailure("no feature \(name)") }
        return Input(name: name, kind: layout.kinds[index], slot: layout.slots[index])
    }
}
