import Determinism
import OnlineLearning
import Testing

/// One changed bit of what a learner does is a new revision of it: raise the revision, then the digest here.
@Suite struct LearnerGoldenTests {
    static let digests: [String: String] = [
        "linear_sgd": "f098638b985d28c8ddd037e28275761dddd331e61d33009dc958999f71ee6604",
        "linear_intercept": "e3ad86e7fb5fc9f4361c0b563da844856b96da3c4a55214765c70aeadafa9496",
        "linear_absolute": "4b0c58d20754a76b8763e5d237b847869571d8fbbe2110419a70405aa1e6e874",
        "linear_huber": "1114f8ea5bda7a0f2f08c812ff994526c334f09fd6bdeb5d6835b4cd0f26ad6b",
        "linear_l1": "ae196e4862855819a659d629a2adf004c49dcb573fc7233fa69d5838287e2eea",
        "linear_l2": "f8c93a5ce78cd3b6ff8da07af4fe9f05cc69f9d9ebadbcb8fca4a0ab0c4f0c02",
        "logistic_sgd": "5d3a114961770eaaf6e822ac5480d85f1d2d0364cf58d09549e02edc10f9ab11",
        "logistic_l1": "cbb39dd870cace9175fbf0e86a012de13240adae548d4588ccd31456fc5b6431",
        "logistic_l2": "9c4f6af1a911529af3920829a70350399b3dd746988034456f8ba424cfccb01a",
        "softmax_sgd": "82215feeea8771b3b6f029b01032c9ffe4de4e25fcaed2d7a7319da57c9832a3",
        "softmax_l2": "95c01cfe341f342929feb99b2da56a9ba0fa3bb70b362d52cd23a3695a412ffd",
        "linear_twin": "78a69f36952054845c7e75b240d886bda730698750d74188373cc6f14d825f2b",
        "linear_twin_absolute": "f87a0cd9a0c88e318421c69601f694e0bc57dafb80f5aeb399310975bf7f9c3b",
        "linear_twin_huber": "29739524fcb2f9681b78f92c3976478422e6d3c1e4f78b660828752790ff6afc",
        "logistic_twin": "e4b057b4b1b7076803b76f50cc931b0b21ebfc58b64638f25a3e457e6e12e039",
        "softmax_twin": "af1c1f863e07f6f225204b6bfff6f652ffc5b983a4b86cb994c0dda153d6e8d6",
    ]

    @Test(arguments: TestModel.all) func hasTheSameBitsAsEver(_ model: TestModel) throws {
        let digest = Digest(hashing: TrainedModels.trained(model, 300).bytes)
        #expect(digest.description == Self.digests[model.description], "\"\(model)\": \"\(digest)\",")
        #expect(Catalogue.declaration(named: model.learner.name)?.revision == 2)
    }
}
