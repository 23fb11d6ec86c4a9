import Determinism
import OnlineLearning
import Testing

/// One changed bit of what an ensemble does is a new revision of it: raise the revision, then the digest here.
@Suite struct EnsembleGoldenTests {
    static let digests: [String: String] = [
        "ada_boost_classifier binary": "2a131f78770121fda97ff385d1f903f1554883fbce5b02fe8f09503a96374676",
        "ada_boost_classifier multiclass": "3a2dda554e05eec8b2cc12248a399fd7f9e1be4b3876e423ba09f0176ff5ad7d",
        "adwin_bagging_classifier binary": "325acbdc466b46aa3f935e84a62c0a29bcff9a9af7eca2ab2c66824da63d0276",
        "adwin_bagging_classifier multiclass": "ba7d4b96b738797c2e43b516ea6c3d57fa17a7f920dbac8cfab512a54625b257",
        "bagging regressor": "24e7ccace30a94a7ec9686d8fcd846c805d976ce4d6c9a16fcf6c9c765be7017",
        "bagging trees": "6043158c26aad9dc1f31503e887a2238b3080815d44a85d03b2b67346ee8d509",
        "bagging_classifier binary": "1f08e2ea6c406311237bf611169de3181e2cb01bec88db0f8678c8461109e6e7",
        "bagging_classifier multiclass": "0c50ef4da9e02e500f510f3f1f2f9486f07fe374bda7c196499eb0df6a1e6562",
        "bole_classifier binary": "0ed6229ea784d3e5671758e598f6327df5dc3f298b6c324080fa61622d42ea2b",
        "bole_classifier multiclass": "dee5f06288ba83f34125b3f6347d0e528c741eb5c8dc39ecacbc3027127a0cd7",
        "forest binary": "b4025f607cb65313bbf84180809e66d4076de2e55301f04a889099d32a090860",
        "forest multiclass": "22f1ef104a4e9282368fbc4f105b67c5033d754a1d82a21bc8129ebbd8e0db22",
        "leveraging bag": "6da89949f0b1c0a044e08614cf3c15cb1f620ef68c4799123f2011a52e111654",
        "leveraging half": "27ab732d4eec0b1bdcb7269f5ed611cdb1f60f87397faed6282be122f47f1333",
        "leveraging me": "0dba3cb2f7e8dc03706db6c044a081e594ffa86ccedadca105789b7d5bfc2a06",
        "leveraging subag": "edbb4b1df01af28a326c5aa7a38044f953b19ad454d55188c08f65b12c9d2bab",
        "leveraging wt": "959956582ff80a77afbd1492961ca16ce20261acf49264ecb9d1421300560b8f",
        "regression forest": "d5fad13ccccff8763663e26452847d53f8f2c51fea63d8922890514e78505763",
        "regression forest mean": "4a86ddca06bcbf4e9dd03920488f0058767101724f3ee3811abe38adcbf87ae3",
        "srp median": "c52fd5a3ab3f3117af43d66b6f123b30bc8b790cbb0fd2008d06737825edd2f8",
        "srp patches": "8546e3abab649f1c7e0453ce9f3d9d998f934a5d03f056eb081a3a80c8ccc072",
        "srp regressor": "117854de21c88728ae7bcdb9d902e048529d7baf13024fbb810904d0444542b3",
        "srp resampling": "752644d41f98f66d9f3361a9e598af68d910feb3347d6e4c00b12e78a113feb9",
        "srp subspaces": "5c12f42582d24cf4277dc387d485669be1cec4cfe8df820546740bc076121182",
        "voting": "737346483606e666d7ac7996b053a1eca9bacc7a2a92942311f93fc53cfc9712",
        "voting choices": "737346483606e666d7ac7996b053a1eca9bacc7a2a92942311f93fc53cfc9712",
    ]

    @Test(arguments: Ensemble.all) func hasTheSameBitsAsEver(_ ensemble: Ensemble) throws {
        let digest = Digest(hashing: EnsembleTests.trained(ensemble).bytes)
        #expect(
            digest.description == Self.digests[ensemble.description], "\"\(ensemble)\": \"\(digest)\",")
        let isForest = ensemble.component.name.hasPrefix("arf")
        #expect(Catalogue.declaration(named: ensemble.component.name)?.revision == (isForest ? 1 : 2))
    }
}
