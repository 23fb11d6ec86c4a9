import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// What was added to specs after their bytes were fixed: keys, bytes, digests.
@Suite struct ExtrasTests {
    private static let bounded = plainSpec.with(
        "target", ["name": "delay", "type": "regression", "min": "-60", "max": "1440.5"])

    private func target(_ more: (String, SpecTree)...) -> SpecTree {
        .map([("name", "delay"), ("type", "regression")] + more)
    }

    private func complaints(_ more: (String, SpecTree)...) -> [String] {
        plainSpec.with("target", .map([("name", "delay"), ("type", "regression")] + more)).complaints
    }

    // MARK: Keys

    @Test func boundsAndRecoveryAreTaken() throws {
        let spec = try Self.bounded.with("recovery", "5s").spec
        #expect(spec.contract.target.minimum == -60 && spec.contract.target.maximum == 1_440.5)
        #expect(spec.recovery == TimeSpan("5s"))
        let plain = try plainSpec.spec
        #expect(plain.contract.target.minimum == nil && plain.contract.target.maximum == nil)
        #expect(plain.recovery == TimeSpan("30s"))
        #expect(complaints(("min", "3"), ("max", "3")) == [])
    }

    @Test func boundsThatCannotBeAreRefused() {
        #expect(
            complaints(("min", "3"), ("max", "2")) == ["target.max: found '2', expected a number ≥ min, which is 3"])
        #expect(complaints(("min", "low")).count == 1)
        #expect(complaints(("max", .quoted("5"))) == [
            "target.max: found '5' in quotes, expected a number (write it without quotes)"
        ])
        #expect(complaints(("max", "1e999")).count == 1)
        #expect(
            binarySpec.with("target", ["name": "y", "type": "binary", "min": "0"]).complaints == [
                "target.min: only a target of type regression has min, this one is of type binary"
            ])
        #expect(
            multiclassSpec.with("target", ["name": "y", "type": "multiclass", "max": "0"]).complaints == [
                "target.max: only a target of type regression has max, this one is of type multiclass"
            ])
    }

    @Test func anUnlabelledValueLiesWithinTheBounds() {
        func label(_ value: SpecTree) -> SpecTree { ["label": value] }
        #expect(complaints(("min", "0"), ("max", "9"), ("unlabelled", label("0"))) == [])
        #expect(complaints(("min", "0"), ("max", "9"), ("unlabelled", label("9"))) == [])
        #expect(
            complaints(("min", "0"), ("max", "9"), ("unlabelled", label("9.5"))) == [
                "target.unlabelled.label: found '9.5', expected a number, at least 0.0, at most 9.0"
            ])
        #expect(complaints(("min", "0"), ("unlabelled", label("-1"))).count == 1)
        #expect(complaints(("min", "5"), ("max", "3"), ("unlabelled", label("-1"))).count == 1, "the bounds alone")
    }

    @Test(arguments: ["1s", "30s", "10m", "1d", "1500ms"]) func aRecoveryTakesFromASecondToADay(_ text: String) throws {
        #expect(try plainSpec.with("recovery", .plain(text)).spec.recovery == TimeSpan(text))
    }

    @Test(arguments: ["0s", "999999us", "86401s", "2d", "soon", "", "-5s"])
    func otherRecoveriesAreRefused(_ text: String) {
        #expect(plainSpec.with("recovery", .plain(text)).complaints.count == 1)
    }

    @Test func aNumberWithoutUnitHasAHint() {
        #expect(
            plainSpec.with("recovery", "30").complaints == [
                "recovery: found '30', expected a time from 1s to 1d, such as 30s "
                    + "(with a unit: 30s, or w, d, h, m, s, ms, us)"
            ])
    }

    // MARK: The door

    @Test func labelsBeyondTheBoundsAreRefused() throws {
        let target = try Self.bounded.spec.contract.target
        for (text, value) in [("-60", -60), ("-60.0", -60), ("0", 0), ("1440.5", 1_440.5)] {
            #expect(try target.label(reading: text) == .number(value))
        }
        for (text, words) in [("-60.0001", "at least -60.0"), ("1440.6", "at most 1440.5"), ("-4100000", "at least")] {
            do throws(Refusal) {
                _ = try target.label(reading: text)
                Issue.record("\(text) was taken")
            } catch {
                #expect(error.kind == .outOfRange && error.message.contains("label 'delay' must be \(words)"))
                #expect(error.hint == "widen the target's range in the spec if the label is right")
            }
        }
        var reader = EventReader(try Self.bounded.spec.contract)
        var event = Event(try Self.bounded.spec.contract.layout)
        for correction in ["", #","correction":true"#] {
            Array(#"{"id":"a","label":-61\#(correction)}"#.utf8).withUnsafeBufferPointer { bytes in
                var json = JSONReader(bytes)
                #expect(throws: Refusal.self) { try reader.read(&json, expecting: .label, into: &event) }
            }
        }
    }

    // MARK: Bytes

    @Test func aSpecWithoutExtrasHasTheBytesItAlwaysHad() throws {
        // The digests that the program before extras gave for the same spec.
        let fold = try TestFold(RandomTask.specBefore)
        var decoder = CanonicalDecoder(try Golden.bytes("snapshot-v2.bin"))
        let old = try ApplicationState(from: &decoder, format: 2)
        #expect(old.spec.canonicalBytes == fold.state.spec.canonicalBytes)
        #expect(old.contract.canonicalDigest == fold.state.contract.canonicalDigest)
    }

    @Test func extrasSurviveTheirBytes() throws {
        let specs = try [
            plainSpec.with("recovery", "5s"), Self.bounded, Self.bounded.with("recovery", "1d"),
            binarySpec.with(
                "target",
                [
                    "name": "delay", "type": "binary",
                    "unlabelled": ["label": "false", "provisional_after": "1h"] as SpecTree,
                ]), plainSpec.with("target", target(("min", "0"))), plainSpec.with("target", target(("max", "0"))),
            plainSpec.with("limits", ["voices": "1MiB"]),
            plainSpec.with("limits", ["snapshots": "1MiB", "voices": "1MiB"]),
        ].map { try $0.spec }
        var all = Set<Digest>()
        for spec in specs + [try plainSpec.spec] {
            let bytes = spec.canonicalBytes
            #expect(try Spec(canonicalBytes: bytes) == spec)
            #expect(all.insert(spec.canonicalDigest).inserted)
            for length in 0..<bytes.count { #expect((try? Spec(canonicalBytes: Array(bytes[..<length]))) == nil) }
            for place in bytes.indices {
                for bit in 0..<8 {
                    var damaged = bytes
                    damaged[place] ^= 1 << bit
                    guard let other = try? Spec(canonicalBytes: damaged) else { continue }
                    #expect(other != spec, "bit \(bit) of byte \(place)")
                    #expect(try Spec(canonicalBytes: other.canonicalBytes) == other)
                }
            }
        }
        #expect(try specs[1].contract.canonicalDigest != plainSpec.spec.contract.canonicalDigest)
        #expect(try specs[0].contract.canonicalDigest == plainSpec.spec.contract.canonicalDigest)
    }

    @Test func anExtraOfANewerProgramIsRefusedByItsName() throws {
        var bytes = try plainSpec.with("recovery", "5s").spec.canonicalBytes
        let place = try #require(bytes.indices.last { bytes[$0...].starts(with: "recovery".utf8) })
        bytes.replaceSubrange(place..<place + 8, with: "resource".utf8)
        do throws(CanonicalDecodingError) {
            _ = try Spec(canonicalBytes: bytes)
            Issue.record("an unknown name was passed over")
        } catch {
            #expect(error.reason == "written by a newer version: this one does not know 'resource' of a spec")
        }
    }

    @Test func boundsAreNoOtherTargetToTheModels() throws {
        var fold = try TestFold(tenSecondSpec.with("model", ["linear_regression"]))
        for index in 0..<20 { fold.example("e\(index)", at: Int64(index), x: Double(index), 2 * Double(index)) }
        let before = fold.state.stateDigest
        let bounded = tenSecondSpec.with("model", ["linear_regression"])
            .with("target", ["name": "y", "type": "regression", "horizon": "10s", "min": "0"]).with("recovery", "5s")
        #expect(fold.adopt(try bounded.spec) == .adopted)
        #expect(fold.state.stateDigest == before)
        #expect(fold.state.spec.recovery == TimeSpan("5s") && fold.state.contract.target.minimum == 0)
        #expect(try ApplicationState(encoded: fold.state.encoded).encoded == fold.state.encoded)
    }

    @Test func theContractAsJSONHasTheBounds() throws {
        let spec = try Self.bounded.spec
        var writer = JSONWriter()
        spec.writeContract(to: &writer)
        #expect(writer.text.contains(#""type":"regression","min":-60,"max":1440.5,"#))
        #expect(try Spec.readContract(try JSONValue(parsing: writer.bytes)).contract == spec.contract)
    }
}
