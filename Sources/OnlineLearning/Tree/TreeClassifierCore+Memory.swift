/// The limit of memory: leaves with the least to gain observe nothing while there is no room.
///
/// Source: R. Kirkby, *Improving Hoeffding trees*, thesis, University of Waikato, 2007, chapter 4. River estimates the
/// size of Python's objects now and then; here every byte is counted when it is taken, so that the limit holds always.
extension TreeClassifierCore {
    /// Whether more leaves would fit if all slept.
    func fits(moreLeaves: Int) -> Bool {
        let leafBytes = ClassLeaf.sleeperBytes(classCount: classCount) + TreeNodes.nodeBytes + moreBytesPerNode + 8
        return (leafCount + moreLeaves) * leafBytes * 2 <= parameters.maxBytes
    }

    /// Wakes the leaves that promise most as far as the memory allows, and puts the others to sleep.
    mutating func rankLeaves() {
        if parameters.stopsAtLimit && (sleeperCount > 0 || byteCount > parameters.maxBytes) {
            mayGrow = false
            return
        }
        guard sleeperCount > 0 || byteCount > parameters.maxBytes else { return }
        rank(limit: parameters.maxBytes)
    }

    /// Puts leaves to sleep until there is room again: a sixteenth of the limit, so that it need not be done soon
    /// again.
    mutating func shrink() {
        if parameters.stopsAtLimit { mayGrow = false }
        rank(limit: parameters.maxBytes / 16 * 15)
    }

    private mutating func rank(limit: Int) {
        let ids = nodes.leaves() + sideLeaves
        let promises = ids.map { leaves[nodes.payload($0)].promise }
        // Most promising first; of equals the last comes first, as a stable ascending order has it from its end.
        let ranked = ids.indices.sorted { promises[$0] != promises[$1] ? promises[$0] > promises[$1] : $0 > $1 }
        let sleeper = ClassLeaf.sleeperBytes(classCount: classCount)
        let awake = leafCount - sleeperCount
        let awakeBytes = awake > 0 ? (leafBytes - sleeperCount * sleeper) / awake : 4 * sleeper
        var bytes = byteCount - leafBytes + leafCount * sleeper
        for index in ranked {
            let node = ids[index]
            let payload = nodes.payload(node)
            let isAwake = leaves[payload].isAwake
            let more = isAwake ? leaves[payload].countedBytes - sleeper : awakeBytes
            if bytes + more <= limit {
                bytes += max(0, more)
                if !isAwake && nodes.depth(node) < parameters.maxDepth {
                    leaves[payload].wake()
                    sleeperCount -= 1
                }
            } else {
                bytes = .max / 2
                if isAwake { putToSleep(payload) }
            }
        }
    }
}

extension ClassLeaf {
    /// What a leaf takes that sleeps and knows every class.
    static func sleeperBytes(classCount: Int) -> Int { 192 + 16 * classCount }
}
