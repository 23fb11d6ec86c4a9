extension Catalogue {
    public static let metrics: [any Metric.Type] = [
        Accuracy.self, BalancedAccuracy.self, Brier.self, CalibrationError.self, CohenKappa.self, CrossEntropy.self,
        F1.self, FBeta.self, GeometricMean.self, IntervalCoverage.self, IntervalWidth.self, Jaccard.self, LogLoss.self,
        MAE.self, MAPE.self, MCC.self, MSE.self, MacroF1.self, MacroFBeta.self, MacroJaccard.self, MacroPrecision.self,
        MacroRecall.self, MicroF1.self, MicroFBeta.self, MicroJaccard.self, MicroPrecision.self, MicroRecall.self,
        Precision.self, QuantileLoss.self, R2.self, RMSE.self, RMSLE.self, ROCAUC.self, Recall.self,
        RollingPRAUC.self, RollingROCAUC.self, SMAPE.self, WeightedF1.self, WeightedFBeta.self, WeightedJaccard.self,
        WeightedPrecision.self, WeightedRecall.self,
    ]
    static let metricDeclarations: [ComponentDeclaration] =
        metrics.map { $0.declaration } + [Rolling.declaration, TimeRolling.declaration]

    /// What a metric can score; of those that put a window around another, everything.
    public static func tasks(ofMetric name: String) -> [Task] {
        let isWindow = [Rolling.declaration.name, TimeRolling.declaration.name].contains(name)
        return isWindow ? Task.allCases : metrics.first { $0.declaration.name == name }?.tasks ?? []
    }

    /// What is measured where a spec names no metrics; the first is the one that plots show.
    public static func defaultMetrics(for task: Task) -> [Component] {
        let names =
            switch task {
            case .regression: ["mae", "rmse", "r2"]
            case .binary: ["log_loss", "roc_auc", "accuracy"]
            case .multiclass: ["log_loss", "accuracy"]
            }
        return names.map { Component(named: $0) }
    }
}
