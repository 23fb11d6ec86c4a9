/// A list that is emptied and filled again for every example, at no cost for the emptying: what was in it stays where
/// it was, to be written over.
public struct ReusedList<Element: Sendable>: Sendable {
    /// The elements, the first ``count`` of it, and what is left of those before.
    private var storage: [Element] = []
    public private(set) var count = 0

    public init() {}

    @inline(__always)
    public mutating func removeAll(keepingCapacity: Bool = true) { count = 0 }

    @inline(__always)
    public mutating func append(_ element: Element) {
        if count < storage.count { storage[count] = element } else { storage.append(element) }
        count &+= 1
    }

    /// Adds so many elements, written by a closure. - Returns: what it returns.
    /// - Parameter filler: what elements are before they are written.
    @inline(__always)
    mutating func append<R>(
        count added: Int, filler: Element, _ body: (UnsafeMutableBufferPointer<Element>) -> R
    ) -> R {
        if storage.count - count < added {
            storage.append(contentsOf: repeatElement(filler, count: Swift.max(16, 2 * (count + added)) - storage.count))
        }
        let range = count..<count &+ added
        count = range.upperBound
        return storage.withUnsafeMutableBufferPointer { body(UnsafeMutableBufferPointer(rebasing: $0[range])) }
    }

    /// Takes the last elements away. - Precondition: there are as many.
    @inline(__always)
    public mutating func removeLast(_ removed: Int) {
        precondition(removed >= 0 && removed <= count, "more than there are")
        count &-= removed
    }

    @inline(__always)
    func withUnsafeBufferPointer<R>(_ body: (UnsafeBufferPointer<Element>) -> R) -> R {
        storage.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[..<count])) }
    }
}

extension ReusedList: RandomAccessCollection {
    @inline(__always) public var startIndex: Int { 0 }
    @inline(__always) public var endIndex: Int { count }

    public subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(index >= 0 && index < count, "no such element")
            return storage[index]
        }
        @inline(__always) set {
            precondition(index >= 0 && index < count, "no such element")
            storage[index] = newValue
        }
    }
}

extension ReusedList: MutableCollection, RangeReplaceableCollection, ExpressibleByArrayLiteral {
    public init(arrayLiteral elements: Element...) {
        (storage, count) = (elements, elements.count)
    }

    public mutating func replaceSubrange(_ range: Range<Int>, with elements: some Collection<Element>) {
        precondition(range.upperBound <= count, "no such elements")
        storage.removeLast(storage.count - count)
        storage.replaceSubrange(range, with: elements)
        count = storage.count
    }
}

extension ReusedList: Equatable where Element: Equatable {
    public static func == (a: Self, b: Self) -> Bool { a.elementsEqual(b) }
}
