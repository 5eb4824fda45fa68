extension Decoder {
    /// The value that `parse` makes of a single text; its typed error becomes a `DecodingError` with the coding path.
    func decodeText<Value, Failure: Error & CustomStringConvertible>(
        _ parse: (String) throws(Failure) -> Value
    ) throws -> Value {
        let container = try singleValueContainer()
        let text = try container.decode(String.self)
        do throws(Failure) {
            return try parse(text)
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }
}
