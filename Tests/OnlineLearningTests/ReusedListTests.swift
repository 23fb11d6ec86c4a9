import OnlineLearning
import Testing

/// A list that is written over is a list like any other.
@Suite struct ReusedListTests {
    @Test func itHoldsWhatAnArrayWould() {
        var (list, array) = (ReusedList<Int>(), [Int]())
        for round in 0..<50 {
            list.removeAll()
            array.removeAll()
            for value in 0..<(round * 7 % 23) {
                list.append(value * round)
                array.append(value * round)
            }
            #expect(Array(list) == array)
            list.append(contentsOf: [3, 1])
            array += [3, 1]
            if array.count > 4 {
                list.remove(at: 2)
                array.remove(at: 2)
                list[1] = -1
                array[1] = -1
                list.removeLast(2)
                array.removeLast(2)
            }
            #expect(Array(list) == array && list.count == array.count && list.isEmpty == array.isEmpty)
            #expect(list == ReusedList(array))
        }
        #expect(ReusedList<Int>() == [])
    }
}
