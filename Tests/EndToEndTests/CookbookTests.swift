import Foundation
import Testing

extension EndToEnd {
    /// `docs/cookbook.md`: pipelines to copy, and what they score.
    @Suite(.serialized)
    struct Cookbook {
        @Test("There are at least ten recipes, each with a spec, a command, River's program and figures")
        func recipesAreWhole() throws {
            let recipes = try CookbookRecipe.all()
            #expect(recipes.count >= 10)
            #expect(Set(recipes.map(\.title)).count == recipes.count)
            for recipe in recipes {
                #expect(recipe.python.contains("river"), "\(recipe.title)")
                #expect(recipe.arguments.first == "evaluate", "\(recipe.title)")
                #expect(recipe.rows.contains { $0.model == "champion" }, "\(recipe.title)")
                #expect(recipe.rows.contains { $0.isRivers }, "\(recipe.title)")
                #expect(recipe.rows.allSatisfy { $0.figures.count == recipe.metrics.count }, "\(recipe.title)")
            }
        }

        @Test("Every spec is taken without warning and scores, with its command, the figures that are printed")
        func figuresAreWhatIsScored() throws {
            for recipe in try CookbookRecipe.all() {
                let scratch = try Scratch()
                let spec = try scratch.file("spec.yaml", recipe.spec)
                let arguments = recipe.arguments.map { word in
                    word == "spec.yaml" ? spec : word.hasSuffix(".csv.gz") ? "\(Program.repository)/\(word)" : word
                }
                let evaluated = try Program.run(Program.headrace, arguments + ["--format", "json"])
                #expect(evaluated.status == 0, "\(recipe.title): \(evaluated.errors)")
                #expect(evaluated.errors == "", "\(recipe.title)")
                for row in recipe.rows where !row.isRivers {
                    for (metric, figure) in zip(recipe.metrics, row.figures) {
                        let value = CookbookRecipe.score(evaluated.json, row.model, metric)
                        #expect(
                            value.map { CookbookRecipe.printed($0, as: figure) } == figure,
                            "\(recipe.title): \(row.model), \(metric): \(String(describing: value))")
                    }
                }
            }
        }

        @Test("The table of costs names every recipe, and what it calls River's is printed alike")
        func equalRowsAreEqual() throws {
            let recipes = try CookbookRecipe.all()
            let costs = try CookbookRecipe.costs()
            #expect(costs.map(\.title) == recipes.map(\.title))
            for (recipe, cost) in zip(recipes, costs) {
                for model in cost.equalModels {
                    let own = try #require(recipe.rows.first { $0.model == model }, "\(recipe.title): \(model)")
                    let rivers = try #require(recipe.rows.first { $0.model == "River: \(model)" }, "\(recipe.title)")
                    let said = zip(own.figures, rivers.figures).filter { $1 != CookbookRecipe.absent }
                    #expect(!said.isEmpty, "\(recipe.title): \(model)")
                    #expect(said.allSatisfy { $0 == $1 }, "\(recipe.title): \(model)")
                }
            }
            #expect(costs.filter { !$0.equalModels.isEmpty }.count >= 8)
        }

        @Test("A figure is compared digit for digit, as many as are printed")
        func figuresAreComparedAsPrinted() {
            #expect(CookbookRecipe.printed(0.29853, as: "0.2985") == "0.2985")
            #expect(CookbookRecipe.printed(0.29853, as: "0.2986") != "0.2986")
            #expect(CookbookRecipe.printed(0.29853, as: "0.30") == "0.30")
            #expect(CookbookRecipe.printed(-0.5, as: "0.5") != "0.5")
            #expect(CookbookRecipe.printed(21.6, as: "22") == "22")
            #expect(CookbookRecipe.printed(21.6, as: "?") != "?")
        }
    }
}
