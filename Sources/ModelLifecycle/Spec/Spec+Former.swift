extension Spec {
    /// The models of a spec as they would be by other defaults, where these are others: those that programs had before,
    /// and those of other metrics. It is no part of what the spec says, and of no bytes.
    struct Former: Sendable, Equatable {
        var models: [Settings.Model] = []

        static func == (a: Former, b: Former) -> Bool { true }
    }

    /// The spec as it goes on from models that a log has: one of which nothing is said but by defaults, and these are
    /// others now, stays what it began as: a changed list of metrics throws no model away. Whoever names the present
    /// default changes the model.
    public func goingOn(from models: [Settings.Model]) -> Spec {
        func kept(_ model: Settings.Model) -> Settings.Model {
            former.models.first { $0.name == model.name && models.contains($0) } ?? model
        }
        let (model, challengers) = (kept(settings.model), settings.challengers.map { kept($0) })
        guard model != settings.model || challengers != settings.challengers else { return self }
        let settings = Settings(
            model: model.pipeline, named: model.name, challengers: challengers, metrics: settings.metrics)
        return with(application: application, settings: settings)
    }
}
