extension Catalogue {
    public static let transformers: [any Transformer.Type] = [
        OneHotEncoder.self, OrdinalEncoder.self, TargetEncoder.self, FeatureHasher.self, Cross.self,
        StandardScaler.self, MinMaxScaler.self, MaxAbsScaler.self, RobustScaler.self, Normalizer.self, Binarizer.self,
        StatImputer.self, PreviousImputer.self, PolynomialExtender.self, Agg.self, TargetAgg.self,
        TimestampParts.self, BagOfWords.self, TFIDF.self, VarianceThreshold.self, SelectKBest.self, Copy.self,
    ]

    /// Steps that say which features go on and under which names: the spec's checker resolves them, so that none of
    /// them costs anything at an event.
    public static let structure: [ComponentDeclaration] = [select, discard, rename, union, sampleWeight]

    public static let select = ComponentDeclaration("select", .transformer)
    public static let discard = ComponentDeclaration("discard", .transformer)
    public static let rename = ComponentDeclaration("rename", .transformer)
    public static let union = ComponentDeclaration("union", .transformer)
    /// The number that says how much an example counts; see ``WeightingStage``.
    public static let sampleWeight = ComponentDeclaration(
        "sample_weight", .transformer, revision: 2,
        takes: TransformerInputs(nil, also: [.number], replaces: false, count: 1...1))
}
