import OnlineLearning

// Electricity prices of New South Wales, half hour by half hour: will the price be above its daily mean?
// A logistic regression behind a scaler answers each row before it learns it, and says how well it did so far.
//
//     gunzip -c Tests/Data/elec.csv.gz | swift run -c release LibraryExample

let numbers = ["period", "nswprice", "nswdemand", "vicprice", "vicdemand", "transfer"]
let layout = FeatureLayout(numbers.map { ($0, .number) })
let declaration = PipelineDeclaration(
    numbers: numbers,
    transformers: [.init(Component(named: "standard_scaler"), features: numbers)],
    learner: Component(named: "logistic_regression"))

var model = Pipeline(declaration, task: .binary, layout: layout)
var workspace = Pipeline.Workspace()
var (row, answer) = (FeatureRow(layout), [Double]())
var scores = Scorecard([Component(named: "log_loss"), Component(named: "accuracy")], task: .binary)
var (events, refused) = (0, 0)

_ = readLine()  // the header
while let line = readLine() {
    let cells = line.split(separator: ",", omittingEmptySubsequences: false)
    guard cells.count == numbers.count + 1 else {
        refused += 1
        continue
    }
    // An empty cell is a missing number.
    for slot in numbers.indices { row.setNumber(Double(cells[slot]) ?? .nan, at: slot) }
    let truth = Target.label(cells[numbers.count] == "1" ? 1 : 0)

    answer.removeAll(keepingCapacity: true)
    model.predict(row, into: &answer, workspace: &workspace)
    scores.update(truth, answer)
    model.learn(row, truth, workspace: &workspace)

    events += 1
    if events % 10_000 == 0 { print("after \(events) events: accuracy \(scores["accuracy"] ?? 0)") }
}
if refused > 0 { print("\(refused) rows have not \(numbers.count + 1) cells and were left out") }
print("after \(events) events: log loss \(scores["log_loss"] ?? 0), accuracy \(scores["accuracy"] ?? 0)")
