extension Pipeline {
    /// What each feature contributed to the answer for a row; see ``Explanation``. Pure.
    ///
    /// - Parameters:
    ///   - declaration: the one that the pipeline was made of.
    ///   - layout: that of the row.
    /// - Throws: where the model does not take its answers apart.
    public func explain(
        _ row: FeatureRow, declaration: PipelineDeclaration, layout: FeatureLayout, workspace: inout Workspace
    ) throws(Unexplained) -> Explanation {
        var answer: [Double] = []
        predict(row, into: &answer, workspace: &workspace)
        let asked = try ExplainedAnswer(task, answer: answer)
        var origins = ColumnOrigins(declaration, layout: layout)
        let columns = try contributions(row, asked, &origins, workspace: &workspace)
        return Explanation(
            scale: columns.scale, slot: task == .regression ? nil : asked.slot,
            other: columns.scale == .logOdds ? asked.other : nil, answer: asked.number(answer, in: columns.scale),
            bias: columns.bias, biasName: columns.biasName, contributions: origins.named(columns, layout))
    }
}
