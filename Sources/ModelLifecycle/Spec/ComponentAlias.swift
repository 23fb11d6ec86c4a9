import OnlineLearning

/// What other libraries call our components.
package enum ComponentAlias {
    /// Our name of what somebody else's names: a class such as `StandardScaler`, with its module or without, or another
    /// word for the same.
    /// - Parameter names: those that may stand in the place; of two that fit, the first.
    package static func name(_ foreign: String, in names: [String]) -> String? {
        let last = foreign.split(separator: ".").last.map(String.init) ?? foreign
        guard last.utf8.count <= 64 else { return nil }
        let snake = snakeCase(last)
        let candidates = candidates(snake)
        let ours = names.first { $0 == snake } ?? names.first { candidates.contains($0) }
        return ours == foreign ? nil : ours
    }

    private static func candidates(_ snake: String) -> [String] {
        let plain = others[snake] ?? snake
        var words = [plain, "\(plain)_regressor", "\(plain)_classifier", "\(plain)_regression"]
        for ending in ["_classifier", "_regressor"] where snake.hasSuffix(ending) {
            let stem = String(snake.dropLast(ending.count))
            if let known = others[stem] { words += [known + ending, known] }
        }
        return words
    }

    /// `ARFRegressor` is `arf_regressor`.
    static func snakeCase(_ name: String) -> String {
        let letters = Array(name)
        var text = ""
        for (index, letter) in letters.enumerated() {
            let isBetween = index > 0 && letter.isUppercase && letters[index - 1] != "_"
            let isStart = isBetween && (!letters[index - 1].isUppercase || isLower(letters, index + 1))
            text += (isStart ? "_" : "") + (letter == "-" || letter == " " ? "_" : letter.lowercased())
        }
        return text
    }

    private static func isLower(_ letters: [Character], _ index: Int) -> Bool {
        index < letters.count && letters[index].isLowercase
    }

    /// Without the ending that says what is predicted, where ours have one.
    package static let others: [String: String] = [
        // Learners.
        "adaptive_random_forest": "arf", "random_forest": "arf", "extra_trees": "arf",
        "aggregated_mondrian_forest": "amf", "mondrian_forest": "amf", "streaming_random_patches": "srp",
        "decision_tree": "hoeffding_tree", "tree": "hoeffding_tree", "very_fast_decision_tree": "hoeffding_tree",
        "vfdt": "hoeffding_tree", "efdt": "extremely_fast_decision_tree", "hatt": "hoeffding_adaptive_tree",
        "k_neighbors": "knn", "nearest_neighbors": "knn", "k_nearest_neighbors": "knn", "passive_aggressive": "pa",
        "factorization_machine": "fm", "field_aware_factorization_machine": "ffm",
        "sgd_classifier": "logistic_regression", "sgd_regressor": "linear_regression", "ridge": "linear_regression",
        "lasso": "linear_regression", "elastic_net": "linear_regression", "linear_svc": "logistic_regression",
        "svm": "logistic_regression", "naive_bayes": "gaussian_nb", "dummy_classifier": "prior_classifier",
        "dummy_regressor": "statistic_regressor", "ada_boost": "ada_boost_classifier",
        "leveraging_bagging": "leveraging_bagging_classifier", "bagging": "bagging", "voting": "voting_classifier",
        "gradient_boosting_classifier": "auto", "gradient_boosting_regressor": "auto", "xgb_classifier": "auto",
        "xgb_regressor": "auto", "xgboost": "auto", "lgbm_classifier": "auto", "lgbm_regressor": "auto",
        "lightgbm": "auto", "cat_boost_classifier": "auto", "cat_boost_regressor": "auto", "catboost": "auto",
        "mlp_classifier": "auto", "mlp_regressor": "auto", "automl": "auto", "stacking_classifier": "auto",
        "stacking_regressor": "auto",
        // Transformers.
        "one_hot_encoder": "one_hot", "onehot": "one_hot", "one_hot_encoding": "one_hot", "dummies": "one_hot",
        "label_encoder": "ordinal_encoder", "scaler": "standard_scaler", "standardize": "standard_scaler",
        "normalize": "normalizer", "min_max": "min_max_scaler", "hashing_vectorizer": "feature_hasher",
        "hashing_trick": "feature_hasher", "count_vectorizer": "bag_of_words", "tfidf_vectorizer": "tfidf",
        "tf_idf": "tfidf", "polynomial_features": "polynomial_extender", "simple_imputer": "stat_imputer",
        "imputer": "stat_imputer", "drop": "discard", "transformer_union": "union",
        // Optimizers and losses.
        "adagrad": "ada_grad", "adadelta": "ada_delta", "rmsprop": "rms_prop", "nag": "nesterov_momentum",
        "nesterov": "nesterov_momentum", "ftrl": "ftrl_proximal", "gradient_descent": "sgd", "amsgrad": "ams_grad",
        "adamax": "ada_max", "l1_loss": "absolute", "mean_absolute": "absolute", "l2_loss": "squared",
        "squared_loss": "squared", "squared_error": "squared", "pinball": "quantile", "cross_entropy_loss": "log",
        // Metrics.
        "mean_absolute_error": "mae", "mean_squared_error": "mse", "root_mean_squared_error": "rmse",
        "mean_absolute_percentage_error": "mape", "logloss": "log_loss", "rocauc": "roc_auc", "auc": "roc_auc",
        "roc_auc_score": "roc_auc", "accuracy_score": "accuracy", "f1_score": "f1", "r2_score": "r2",
        "precision_score": "precision", "recall_score": "recall", "matthews_corrcoef": "mcc", "kappa": "cohen_kappa",
        "brier_score": "brier",
    ]
}

extension SpecChecker {
    /// Names for a message: where there are more than it lists, those nearest to the one that was written first.
    func alternatives(_ names: [String], near wanted: String) -> String {
        guard names.count > 12, mistakes.count < 30, wanted.utf8.count <= 64 else {
            return SpecMistake.alternatives(names)
        }
        let meant = ComponentAlias.name(wanted, in: names) ?? wanted
        let letters = Array(meant.lowercased().utf8)
        let ranked = names.enumerated().map { index, name in
            (distance: Spelling.distance(letters, Array(name.utf8)), index: index, name: name)
        }.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }
        return SpecMistake.alternatives(ranked.map(\.name))
    }

    /// A hint at the component that was meant.
    func nearestComponent(_ name: String, in names: [String]) -> String? {
        if let ours = ComponentAlias.name(name, in: names) { return "here it is called \(SpecMistake.quote(ours))" }
        return nearest(name, in: names)
    }

    /// Where a parameter belongs that its component does not have: to a part of it, such as `lr` to the optimizer.
    func part(with key: String, of declaration: ComponentDeclaration, _ value: SpecNode) -> String? {
        guard !declaration.parameters.contains(where: { $0.name == key }), key.utf8.count <= 64 else { return nil }
        let name = ["learning_rate": "lr", "eta": "lr", "step_size": "lr"][key] ?? key
        for parameter in declaration.parameters {
            guard case .component(let family) = parameter.kind,
                let part = Catalogue.declarations(of: family).first(where: { part in
                    part.parameters.contains { $0.name == name }
                })
            else { continue }
            let text = value.text.map { SpecMistake.plain($0) } ?? "…"
            return "it belongs to the \(parameter.name): \(parameter.name): {\(part.name): {\(name): \(text)}}"
        }
        return nil
    }
}
