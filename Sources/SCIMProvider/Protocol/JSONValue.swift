internal import DirectoryModel
internal import ReconcileEngine

/// A JSON value (RFC 8259), which keeps whatever nobody here understands and is written again as it was read.
///
/// Texts are equal if their bytes are: two spellings of one letter are a difference that a provider can hold.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number, as its text.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }

    /// The text; nil for anything else.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The text of a name that some servers write as a number.
    var identifier: String? {
        switch self {
        case .string(let text) where !text.isEmpty: text
        case .number(let text): text
        default: nil
        }
    }

    /// A whole number, also one in quotation marks, as many servers write the status of an error.
    var integer: Int? {
        switch self {
        case .number(let text), .string(let text): Int(text)
        default: nil
        }
    }

    /// A Boolean, also as the word that older versions of Microsoft Entra's client send and servers keep.
    var flag: Bool? {
        switch self {
        case .bool(let flag): flag
        case .string(let text): ["true": true, "false": false][text.asciiLowercased]
        default: nil
        }
    }

    /// The object; nil for anything else.
    var object: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    /// The elements; nil for anything else.
    var elements: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// Whether there is nothing in it: RFC 7643 section 2.5 makes no difference between these and no value.
    var isUnassigned: Bool { self == .null || self == .array([]) }

    /// The value as text.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let flag): writer.bool(flag)
        case .number(let text): writer.number(text)
        case .string(let text): writer.string(text)
        case .array(let elements): writer.array(elements) { $1.write(to: &$0) }
        case .object(let object):
            writer.object { writer in
                for member in object.members {
                    writer.key(member.name)
                    member.value.write(to: &writer)
                }
            }
        }
    }
}

/// A JSON object whose members stay in their order, and are found by their names whatever the letters' case, as RFC 7643
/// section 2.1 asks for.
package struct JSONObject: Sendable, Equatable {
    struct Member: Sendable, Equatable {
        let name: String
        var value: JSONValue
    }

    private(set) var members: [Member] = []

    /// The value of a member; setting nil takes the member out.
    subscript(name: String) -> JSONValue? {
        get { position(name).map { members[$0].value } }
        set {
            switch (position(name), newValue) {
            case (let position?, let value?): members[position].value = value
            case (let position?, nil): members.remove(at: position)
            case (nil, let value?): members.append(Member(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    var isEmpty: Bool { members.isEmpty }

    mutating func append(_ name: String, _ value: JSONValue) { members.append(Member(name: name, value: value)) }

    private func position(_ name: String) -> Int? {
        let count = name.utf8.count
        return members.firstIndex { member in
            member.name.utf8.count == count
                && member.name.utf8.elementsEqual(name.utf8) { $0.asciiLowercased == $1.asciiLowercased }
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(stringLiteral text: String) { self = .string(text) }
    package init(booleanLiteral flag: Bool) { self = .bool(flag) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral members: (String, JSONValue)...) {
        var object = JSONObject()
        for (name, value) in members { object.append(name, value) }
        self = .object(object)
    }
}
