/// A small application for tests that break things: what a flat costs.
enum Prices {
    static let path = "/v1/applications/prices"

    static func spec(_ more: String = "", name: String = "prices") -> String {
        """
        application: \(name)
        features:
          size: {type: number, min: 0, max: 1000}
          city: {type: category, values: [Rome, Oslo]}
        target: {name: price, type: regression, horizon: 1h}
        model:
          - one_hot: [city]
          - standard_scaler
          - linear_regression
        metrics: [mae]
        \(more)

        """
    }

    static func prediction(_ id: String, size: String = "10", city: String = "Rome") -> String {
        #"{"id":"\#(id)","features":{"size":\#(size),"city":"\#(city)"}}"#
    }

    static func example(_ id: String, size: Int = 10, label: Int = 3) -> String {
        #"{"id":"\#(id)","features":{"size":\#(size),"city":"Rome"},"label":\#(label)}"#
    }

    static func examples(_ prefix: String, _ count: Int) -> String {
        "[" + (0..<count).map { example("\(prefix)-\($0)", size: $0 % 900, label: $0 % 7) }.joined(separator: ",") + "]"
    }
}
