import Determinism
import OnlineLearning
import Testing

/// One changed bit of what these learners do is a new revision: raise the revision, then the digest here.
@Suite struct OptimizerGoldenTests {
    static let digests: [String: String] = [
        "ffm_classifier": "664032070f6a015f",
        "ffm_regressor": "dee00d191d21dff9",
        "fm_classifier": "54082e40b386e73b",
        "fm_regressor": "4d46e15e8367c5e2",
        "hinge": "dc84997db0d92944",
        "hofm_classifier": "08994fdc8fb4cb54",
        "hofm_regressor": "afe99b273c58ab60",
        "linear_ada_bound": "daee4160ba71ac70",
        "linear_ada_delta": "d0a617b0a0d8798f",
        "linear_ada_grad": "8713bb5d9223507d",
        "linear_ada_max": "ac405859c1c66dfc",
        "linear_adam": "6d151f8870edd8bd",
        "linear_ams_grad": "5465b9d6d9abff5f",
        "linear_averaged_nesterov": "fdd9d3f8eac2394c",
        "linear_averager": "c59554a98ef1cb6f",
        "linear_cauchy": "4e3151fbc5ad482d",
        "linear_epsilon_insensitive_hinge": "79aefadcd90762fe",
        "linear_ftrl_proximal": "3644e4a73731b453",
        "linear_momentum": "481d3c08681d00ce",
        "linear_nadam": "0eece2b9c6f4759d",
        "linear_nesterov_momentum": "656127bc48781497",
        "linear_quantile": "359a9e66c1cf054a",
        "linear_regression_l1": "0d7c3c2e86e11440",
        "linear_rms_prop": "19c2b2413c1aba3a",
        "linear_sgd": "eca58ac19c4f25b7",
        "logistic": "6c04d57102c4d881",
        "logistic_ada_bound": "006e5cc4fbd00237",
        "logistic_ada_delta": "5d778cc205558a7c",
        "logistic_ada_grad": "4c3b459ea6a891ab",
        "logistic_ada_max": "d0e515c7674dea1a",
        "logistic_adam": "9d9db595005b4bfc",
        "logistic_ams_grad": "bcc2b5744c9bd5c8",
        "logistic_averaged_nesterov": "68d7d1b0063615bc",
        "logistic_averager": "a4376596d371e9fa",
        "logistic_binary_focal_loss": "a7bd463a813d16d6",
        "logistic_ftrl_proximal": "2f234f54971cae1d",
        "logistic_hinge": "e9e25c05eaee3384",
        "logistic_momentum": "5b5ed5550d498205",
        "logistic_nadam": "c2a1620bdf10b3e6",
        "logistic_nesterov_momentum": "8e450e7f872f8177",
        "logistic_power": "ef5143d21f9472d0",
        "logistic_regression_l1": "61de0a577590a8f8",
        "logistic_rms_prop": "d419db2865474edd",
        "logistic_sgd": "ea59ade93ae991ae",
        "quantile": "35f909c6d46622fc",
        "softmax_ada_bound": "46243abe6150f4c1",
        "softmax_ada_delta": "a1d4e4cff7116793",
        "softmax_ada_grad": "8b133cb2f72262d9",
        "softmax_ada_max": "27419b46811bca02",
        "softmax_adam": "682e93eb74fed7ef",
        "softmax_ams_grad": "4e3124c71611b850",
        "softmax_averaged_nesterov": "3a3a7ad07efe7be7",
        "softmax_averager": "ddfa168e0a6c661d",
        "softmax_ftrl_proximal": "eb0241140f328877",
        "softmax_momentum": "3465bdebc85f964d",
        "softmax_nadam": "6f059fff867feeca",
        "softmax_nesterov_momentum": "eefc2973cf2d4321",
        "softmax_rms_prop": "1d9cc23efd27c197",
        "softmax_sgd": "61fb5e934c277138",
        "squared": "a0daa09d05b362db",
        "squared_power": "56df747a66c898e5",
    ]

    private func check(_ name: String, _ bytes: [UInt8]) {
        let digest = Digest(hashing: bytes)
        let found = String(digest.description.prefix(16))
        #expect(found == Self.digests[name], "\"\(name)\": \"\(found)\",")
    }

    @Test(arguments: OptimizerTests.models + NormalizedAdaptiveInvariantTests.models)
    func hasTheSameBitsAsEver(_ model: TestModel) {
        check(model.description, TrainedModels.trained(model, 300).bytes)
    }

    @Test(arguments: FactorizationTests.names) func factorizationMachinesHaveTheSameBitsAsEver(_ name: String) {
        var machine = FactorizationTests.Machine(name)
        for example in FactorizationTests.product(300, seed: 1) { machine.learn(example) }
        check(name, machine.bytes)
    }
}
