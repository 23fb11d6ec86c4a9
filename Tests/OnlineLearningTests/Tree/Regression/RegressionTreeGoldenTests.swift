import Determinism
import OnlineLearning
import Testing

/// One changed bit of what a tree regressor does is a new revision of it: raise the revision, then the digest here.
///
/// The leaves answer the mean: a leaf's model has a digest of its own. How leaves choose between the two is held by
/// River's numbers.
@Suite struct RegressionTreeGoldenTests {
    static let digests: [String: String] = [
        "hatr": "0b2a11419ef8167eeff256563a9868b20cd0615b400063bffc38ddb2dc3fe209",
        "hatr_ebst": "91377987d581bec92c4fd7c7fdff449212cc0c70e618f9142b31b8c8572daebf",
        "hatr_mean": "0b2a11419ef8167eeff256563a9868b20cd0615b400063bffc38ddb2dc3fe209",
        "hatr_qo": "e9cdeb81e9f68491521da930f963b274a54f3c0eefb02aed8b48af9065076df3",
        "hatr_small": "89f28c59932239efd16800faae684816678831989f56dbe42de3af893192c916",
        "hatr_stopping": "68959910a0ce29c99cf1ef75bc7f4be23e525c0fc615c0a3da90d1dbde122c52",
        "htr": "98b4423eccf698c587204714bdc174ef1f9eb984a93205463f5e7cca75f1fd1a",
        "htr_ebst": "43e84fdf378c87a172d6887d9fc3fc82f54fd42a49996d9cd8e0a3723711e6d2",
        "htr_mean": "98b4423eccf698c587204714bdc174ef1f9eb984a93205463f5e7cca75f1fd1a",
        "htr_qo": "9b618705d89ea81c7f3cffef68bd4a03165ccd040ddf8e88c5f496b50659d00d",
        "htr_small": "5ff19438e6c859461c8a557c635fd0e152b57f0e4942b96c0d39e1e622112078",
        "htr_stopping": "2f5f7e676a0bb749c111deb2852124baa201f5c572cdc8b39bf2ba8206fa408f",
    ]

    /// What the splitters do where nobody gives them a unit.
    static let steps: [String: String] = [
        "arf_tebst": "", "hatr_qo": "", "hatr_tebst": "", "htr_qo": "", "htr_tebst": "",
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
