import Command
import Foundation
import Testing

/// Runs the inference on a file of its own with this content.
func inferredSpec(
    _ csv: String, target: String, name: String = "data.csv", application: String? = nil
) throws -> String {
    let folder = NSTemporaryDirectory() + "headrace-init-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/" + name
    try Data(csv.utf8).write(to: URL(fileURLWithPath: path))
    var source = try CSVRecordSource(path: path)
    let profile = try DataProfile(reading: &source, target: target)
    let yaml = SpecWriter.yaml(try SpecDraft(profile, target: target, application: application))
    return yaml.replacingOccurrences(of: folder + "/", with: "")
}

@Suite("Spec written from data")
struct InitSpecTests {
    @Test func aRegressionWithIdentifierTimesAndMissingLabels() throws {
        let csv = """
            flight_id,scheduled_departure,arrival,carrier,distance,dep_delay,arr_delay
            1,2013-01-01T05:00:00Z,2013-01-01T08:30:00Z,UA,1400,2,11
            2,2013-01-01T05:00:00Z,2013-01-01T08:50:00Z,UA,1416,,20.5
            3,2013-01-01T06:00:00Z,,B6,1089,-3,
            4,2013-01-01T07:00:00Z,2013-01-01T09:00:00Z,DL,762,0,-25
            """
        #expect(
            try inferredSpec(csv, target: "arr_delay", name: "Flights 2013.csv") == """
                # Written by 'headrace init' from 4 rows of Flights 2013.csv. Correct what it could not know.
                application: flights-2013
                clock: claimed                     # every event carries its time
                features:
                  scheduled_departure: timestamp   # its hour, weekday and the like teach
                  carrier: category                # 3 values: UA, B6, DL
                  distance: number                 # 762 to 1416, whole numbers
                  dep_delay: {type: number, optional: true}  # -3 to 2, whole numbers; 1 of 4 missing
                  # arrival is left out: a time; as a feature it would be 'timestamp'
                target: {name: arr_delay, type: regression}  # -25 to 20.5; 1 of 4 rows carry no label
                data:
                  id: flight_id                    # another value in every row
                  time: scheduled_departure        # never goes back
                  label_time: arrival              # never before the time: no label is learned before it
                model: auto                        # unlike experts; see 'headrace status'
                metrics: [mae, rmse, r2]

                """)
    }

    @Test func aBinaryTargetOfWordsListsTheNegativeClassFirst() throws {
        let csv = "nswprice,day,class\n0.05,2,UP\n0.06,2,DOWN\n0.07,2,UP\n0.08,2,UP\n"
        #expect(
            try inferredSpec(csv, target: "class", name: "elec.csv") == """
                # Written by 'headrace init' from 4 rows of elec.csv. Correct what it could not know.
                application: elec
                features:
                  nswprice: number                 # 0.05 to 0.08
                  day: number                      # always 2
                target: {name: class, type: binary, classes: [DOWN, UP]}  # UP 75 %, DOWN 25 %; UP is positive
                model: auto                        # unlike experts; see 'headrace status'
                metrics: [log_loss, roc_auc, accuracy]

                """)
    }

    @Test func aTargetOfTrueAndFalseOrZeroAndOneNeedsNoClasses() throws {
        #expect(try inferredSpec("x,y\n1,True\n2,FALSE\n3,true\n", target: "y").contains("{name: 'y', type: binary}"))
        #expect(try inferredSpec("x,z\n1,0\n2,1\n", target: "z").contains("{name: z, type: binary}"))
        let other = try inferredSpec("x,z\n1,1\n2,-1\n", target: "z")
        #expect(other.contains("target: {name: z, type: binary, classes: ['-1', '1']}"))
    }

    @Test func aMulticlassTargetListsUpToFiftyClassesAndQuotesThem() throws {
        let few = try inferredSpec("x,kind\n1,no\n2,setosa\n3,Iris b\n4,1e5\n5,setosa\n", target: "kind")
        #expect(few.contains("target: {name: kind, type: multiclass, classes: ['1e5', 'Iris b', 'no', setosa]}"))
        #expect(few.contains("\nmetrics: [cross_entropy, accuracy]\n"))

        let fifty = try inferredSpec("x,k\n" + (0..<50).map { "1,class_\($0)\n" }.joined(), target: "k")
        #expect(fifty.contains("target:                            # 50 values: class_0,"))
        #expect(fifty.contains("\n  type: multiclass\n  classes: [class_0, class_1, class_10,"))
        #expect(fifty.split(separator: "\n").allSatisfy { $0.count <= 100 })
        #expect(fifty.contains(" class_9]\n"))

        let many = try inferredSpec("x,k\n" + (0..<51).map { "1,class_\($0)\n" }.joined(), target: "k")
        #expect(many.contains("target: {name: k, type: multiclass}"))
        #expect(many.contains("# Mind: More than 50 classes; each gets its slot when it is first learned.\n"))
    }

    @Test func wholeNumbersThatMayBeClassesAreARegressionWithAWarning() throws {
        let yaml = try inferredSpec("x,digit\n1,0\n2,1\n3,2\n4,0\n5,1\n6,2\n", target: "digit")
        #expect(yaml.contains("type: regression}"))
        #expect(yaml.contains("# Mind: The target has 3 whole numbers. Where they name classes, use `headrace init --"))
    }

    @Test func aTargetWithOneValueIsWrittenWithAWarning() throws {
        #expect(throws: InitError.self) { try inferredSpec("x,z\n1,a\n2,a\n", target: "z") }
        for (value, type) in [("0", "binary"), ("7", "regression")] {
            let yaml = try inferredSpec("x,z\n1,\(value)\n2,\(value)\n", target: "z")
            #expect(yaml.contains("target: {name: z, type: \(type)}"))
            #expect(yaml.contains("# Mind: The target has one value only; there is nothing to tell apart.\n"))
        }
    }

    @Test func proseIsTextAndNamesOfThreeWordsAreCategories() throws {
        let stations = ["Grand Central Terminal North", "Union Square Park Station"]
        let rows = (0..<12).map { row in
            "\(stations[row % 2]),\"the \(row)th review, of a film that was seen\",\(row)\n"
        }
        let yaml = try inferredSpec("station,review,stars\n" + rows.joined(), target: "stars")
        #expect(yaml.contains("  station: category                # 2 values: Grand Central T…, Union Square Pa…\n"))
        #expect(yaml.contains("  review: text                     # 39 bytes on average\n"))
        #expect(yaml.contains("\nmodel: auto "))
        #expect(!yaml.contains("data:"))
    }

    @Test func uniqueWordsAreAnIdentifierAndSoIsWhatIsNamedLikeOne() throws {
        let words = (0..<10).map { "user\($0),\($0 + 100),\($0 % 3)\n" }.joined()
        let sized = (0..<10).map { "user\($0),\($0 + 100),\($0 % 4),\($0 % 3)\n" }.joined()
        let both = try inferredSpec("token,order_id,size,y\n" + sized, target: "y")
        #expect(both.contains("  id: order_id                     # another value in every row\n"))
        #expect(both.contains("  # token is left out: another value in every row\n"))
        #expect(try inferredSpec("token,n,y\n" + words, target: "y").contains("  id: token "))
        let repeated = try inferredSpec("user_id,y\n1,0\n1,1\n2,0\n", target: "y")
        #expect(repeated.contains("  user_id: number "))
        let fewRows = try inferredSpec("word,y\na,0\nb,1\n", target: "y")
        #expect(fewRows.contains("  word: category                   # 2 values: a, b\n"))
    }

    @Test func timesOutOfOrderAreSuggestedOnly() throws {
        let yaml = try inferredSpec("day,x,y\n2020-01-02,1,0.5\n2020-01-01,2,3\n", target: "y")
        #expect(!yaml.contains("clock: claimed"))
        #expect(yaml.contains("# data:\n  # time: day                      # rows are in another order: needs --sort"))
        #expect(yaml.contains("  # day is left out: a time; as a feature it would be 'timestamp'\n"))
    }

    @Test func aLaterTimeThatIsOnceBeforeIsNotTheLabels() throws {
        let yaml = try inferredSpec(
            "asked,known,also,y\n2020-01-01,2020-01-01,2020-01-02,1.5\n2020-01-03,2020-01-02,2020-01-04,2\n",
            target: "y")
        #expect(yaml.contains("  time: asked "))
        #expect(yaml.contains("  label_time: also "))
        #expect(!yaml.contains("label_time: known"))
    }

    @Test func wholeNumbersAreNeverTimes() throws {
        let yaml = try inferredSpec("year,stamp,y\n2019,20200101,0.1\n2020,20200102,0.2\n", target: "y")
        #expect(yaml.contains("  year: number ") && yaml.contains("  stamp: number "))
    }

    @Test func columnsWithoutValuesAreLeftOutAndConstantOnesAreNot() throws {
        let yaml = try inferredSpec("a,b,c,y\n,1,k,0.5\n,1,k,2\n", target: "y")
        #expect(yaml.contains("  # a is left out: no row has a value\n"))
        #expect(yaml.contains("  b: number                        # always 1\n"))
        #expect(yaml.contains("  c: category                      # always k\n"))
    }

    @Test func aFewWordsAmongNumbersAreNamed() throws {
        let rows = (0..<20).map { "\($0 == 16 ? "oops" : "\($0)"),\(Double($0 * 7 % 20) / 8)\n" }.joined()
        let yaml = try inferredSpec("x,y\n" + rows, target: "y")
        #expect(yaml.contains("19 numbers and 1 other, first oops in row 17: for a number leave those cells empty\n"))
    }

    @Test func aColumnThatCountsTheRowsIsNamed() throws {
        let rows = (0..<12).map { "\($0 + 5),\($0 % 2 * 3),\(Double($0) / 8)\n" }.joined()
        let yaml = try inferredSpec("index,x,y\n" + rows, target: "y")
        #expect(yaml.contains("# 5 to 16, whole numbers; counts the rows: leave it out?\n"))
        #expect(yaml.contains("  x: number                        # 0 to 3, whole numbers\n"))
    }

    @Test func booleansAndOverflowAndRaggedRowsAreNoted() throws {
        let yaml = try inferredSpec("b,x,y\ntrue,1e999,0.5\nFalse,2,1\n1,2\n1,2,3,4\ntrue,3,3\n", target: "y")
        #expect(
            yaml.contains("# Left out: 2 rows with another number of fields than the header; the first is row 3.\n"))
        #expect(yaml.contains("  b: boolean                       # true 67 %, False 33 %\n"))
        #expect(yaml.contains("  # x is left out: 1e999 in row 1 is beyond the range of a double\n"))
    }

    @Test func hostileNamesAndValuesStayWithinTheirQuotesAndComments() throws {
        let csv = "\"a: b\",\"x\ny\",\"it's\",\"# h\"\n\"v\nw\",\"p\u{1B}[2J\",\"{z}\",1.5\nv2,q,w,2\nv2,q,w,3\n"
        let yaml = try inferredSpec(csv, target: "# h", application: "on")
        #expect(yaml.contains("application: 'on'\n"))
        #expect(yaml.contains("  'a: b': category                 # 2 values: v\u{FFFD}w, v2\n"))
        #expect(yaml.contains("  \"x\\ny\": category                 # 2 values: p\u{FFFD}[2J, q\n"))
        #expect(yaml.contains("  'it''s': category                # 2 values: {z}, w\n"))
        #expect(yaml.contains("target: {name: '# h', type: regression}"))
        #expect(!yaml.contains("\u{1B}"))
    }

    @Test func theApplicationIsNamedAfterTheFile() throws {
        for (file, name) in [("Bike_Share-v2.csv.gz", "bike-share-v2"), (".csv", "csv"), ("日本.csv", "application")] {
            #expect(try inferredSpec("x,y\n1,2\n", target: "y", name: file).contains("\napplication: \(name)\n"))
        }
    }
}
