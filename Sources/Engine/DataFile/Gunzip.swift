import CZlib

/// The gzip decoder as a step function: bytes in, bytes out, no file. zlib checks the CRC and length of each member.
final class Gunzip {
    enum Outcome: Equatable {
        /// Call again with more input or more room.
        case more
        /// The input is at its end and so is the last member.
        case end
        case damaged(reason: String)
    }

    struct Step {
        let consumed: Int
        let produced: Int
        let outcome: Outcome
    }

    private enum Position {
        case insideMember
        case betweenMembers
        /// Zeros after the last member, as tape archives leave them: nothing but zeros may follow.
        case insidePadding
    }

    private let stream: UnsafeMutablePointer<z_stream>
    private var position = Position.insideMember

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let status = headrace_gunzip_init(stream)
        precondition(status == Z_OK, "zlib has no memory, or is not the version it was compiled against")
    }

    deinit {
        inflateEnd(stream)
        stream.deinitialize(count: 1)
        stream.deallocate()
    }

    /// Decodes part of `source` into `target`; an empty `source` means that the file is at its end.
    ///
    /// Damage after some good bytes is reported by the step after the one that hands those out.
    func step(from source: UnsafeMutableRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Step {
        switch position {
        case .insideMember: inflateMember(from: source, into: target)
        case .betweenMembers: beginMember(from: source)
        case .insidePadding: skipPadding(source)
        }
    }

    private func inflateMember(
        from source: UnsafeMutableRawBufferPointer, into target: UnsafeMutableRawBufferPointer
    ) -> Step {
        stream.pointee.next_in = source.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_in = uInt(source.count)
        stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_out = uInt(target.count)
        let status = inflate(stream, Z_NO_FLUSH)
        let consumed = source.count - Int(stream.pointee.avail_in)
        let produced = target.count - Int(stream.pointee.avail_out)
        let outcome: Outcome =
            switch status {
            case Z_OK where source.isEmpty && produced == 0, Z_BUF_ERROR where source.isEmpty:
                .damaged(reason: "the file ends in the middle of the compressed data")
            case Z_OK, Z_BUF_ERROR: .more
            case Z_STREAM_END: endMember()
            default: .damaged(reason: stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(status)")
            }
        return Step(consumed: consumed, produced: produced, outcome: outcome)
    }

    private func endMember() -> Outcome {
        position = .betweenMembers
        return .more
    }

    private func beginMember(from source: UnsafeMutableRawBufferPointer) -> Step {
        guard let first = source.first else { return Step(consumed: 0, produced: 0, outcome: .end) }
        switch first {
        case 0x1f:
            inflateReset(stream)
            position = .insideMember
            return Step(consumed: 0, produced: 0, outcome: .more)
        case 0:
            position = .insidePadding
            return Step(consumed: 0, produced: 0, outcome: .more)
        default:
            return Step(consumed: 0, produced: 0, outcome: .damaged(reason: "something else follows the gzip data"))
        }
    }

    private func skipPadding(_ source: UnsafeMutableRawBufferPointer) -> Step {
        let zeros = source.firstIndex { $0 != 0 } ?? source.count
        let outcome: Outcome =
            if source.isEmpty {
                .end
            } else if zeros < source.count {
                .damaged(reason: "something else follows the padding after the gzip data")
            } else {
                .more
            }
        return Step(consumed: zeros, produced: 0, outcome: outcome)
    }
}
