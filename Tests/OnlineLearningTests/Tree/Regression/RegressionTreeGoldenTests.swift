import Determinism
import OnlineLearning
import Testing

/// One changed bit of what a tree regressor does is a new revision of it: raise the revision, then the digest here.
///
/// The leaves answer the mean: a leaf's model has a digest of its own. How leaves choose between the two is held by
/// River's numbers.
@Suite struct RegressionTreeGoldenTests {
    static let digests: [String: String] = [
        "hatr": "734ae9bf45b351b6485e337ce3240b83ef4a7a026970d4891abd091504f16571",
        "hatr_ebst": "91377987d581bec92c4fd7c7fdff449212cc0c70e618f9142b31b8c8572daebf",
        "hatr_mean": "734ae9bf45b351b6485e337ce3240b83ef4a7a026970d4891abd091504f16571",
        "hatr_qo": "e9cdeb81e9f68491521da930f963b274a54f3c0eefb02aed8b48af9065076df3",
        "hatr_small": "842ac368b9d29b32a5db2d1dc231f7498d46b6efb91cfabdd567a09608c97023",
        "hatr_stopping": "a1f7b8e2f5ad2aff39655962bfbc39a31dbc2b9aca67d947ac8ab63c4842fdaa",
        "htr": "10c66429216f91737625bfc9f975465ff757ff37cac593b9f5a90e719f45edb9",
        "htr_ebst": "43e84fdf378c87a172d6887d9fc3fc82f54fd42a49996d9cd8e0a3723711e6d2",
        "htr_mean": "10c66429216f91737625bfc9f975465ff757ff37cac593b9f5a90e719f45edb9",
        "htr_qo": "9b618705d89ea81c7f3cffef68bd4a03165ccd040ddf8e88c5f496b50659d00d",
        "htr_small": "73115f6c23c7e3165567a87d96ecf2790eef7dcb293fead646031f27c7c84205",
        "htr_stopping": "b19c42d92a9a2ec7bbe16fd5c19a5b3b6677cc5071cc19d355d78a75125dfe3c",
    ]

    /// What the splitters do where nobody gives them a unit.
    static let steps: [String: String] = [
        "arf_tebst": "0ed499d7623de41ce05e6c1918db7d7957a0210df0bc6efcaa0c44584797a86d",
        "hatr_qo": "f71536cad04552d2f702d6fa729be2f627c85d9d2056f0c6dccdfc11de73d2e2",
        "hatr_tebst": "22fd451004755159e8d3458023c4c9a0dfdb5a79f88fe31c7df5a49a1b51f3dd",
        "htr_qo": "22efd2d225dba6ad23ae7e993bf3db886f292c902343f5ddaa824dae64ee4968",
        "htr_tebst": "96e69731f78930a301539be1f36aedd83b8edf77c418d2def9a2165d22969f8a",
    ]

    static let models = RegressionTreeModel.all.filter { !$0.description.hasSuffix("model") }.compactMap(
        \.withoutModels)

    @Test(arguments: models) func hasTheSameBitsAsEver(_ model: RegressionTreeModel) {
        let digest = Digest(
            hashing: RegressionTreePipeline.trained(model, RegressionTreePipeline.drifting(1_000, seed: 21)).bytes)
        #expect(digest.description == Self.digests[model.description], "\"\(model)\": \"\(digest)\",")
        #expect(Catalogue.declaration(named: model.learner.name)?.revision == 1)
    }

    static let steppedModels = ["htr", "hatr"].flatMap { prefix in
        ["tebst", "qo"].map { splitter in
            RegressionTreeModel(
                "\(prefix)_\(splitter)",
                prefix == "htr" ? "hoeffding_tree_regressor" : "hoeffding_adaptive_tree_regressor",
                [
                    "grace_period": .integer(200), "leaf_prediction": .choice("mean"),
                    "splitter": .component(component("\(splitter)_splitter")),
                ])
        }
    } + [RegressionTreeModel("arf_tebst", "arf_regressor", ["leaf_prediction": .choice("mean")])]

    @Test(arguments: steppedModels) func stepsHaveTheSameBitsAsEver(_ model: RegressionTreeModel) {
        let tree = RegressionTreePipeline.trained(model, RegressionTreePipeline.drifting(2_000, seed: 22))
        let digest = Digest(hashing: tree.bytes).description
        #expect(digest == Self.steps[model.description], "\"\(model)\": \"\(digest)\",")
        for name in ["tebst_splitter", "qo_splitter"] { #expect(Catalogue.declaration(named: name)?.revision == 2) }
    }
}
