/// What a learner that weighs others is told of the question whose label it learns: it judges its experts by what they
/// said then, for a fast learner that has just seen the labels of a question's neighbours says now what it could not
/// have said when asked.
///
/// An answer has *voices*: what each expert said, ``Learner/voiceCount`` doubles, or as many for each class known,
/// voice by voice. Whoever asks keeps them until the label comes, with the count of labels learned so far.
public enum Asked {
    /// Question and label came together, or nobody kept anything: the experts are judged by what they say now.
    case now
    /// What was kept with the question.
    /// - Parameters:
    ///   - voices: as ``Learner/predict(_:into:voices:)`` wrote them. Any others are as if another had spoken.
    ///   - answer: the answer to it.
    ///   - labelsSince: how many labels came between the question and its own, 0 or more.
    case then(voices: UnsafeBufferPointer<Double>, answer: UnsafeBufferPointer<Double>, labelsSince: Double)
    /// Another model spoke, which this one has replaced, or what was said is not there any more: nobody is judged.
    case another
}
