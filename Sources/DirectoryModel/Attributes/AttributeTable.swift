/// The index of an attribute in an ``AttributeTable``.
public struct AttributeSlot: RawRepresentable, Sendable, Hashable, Comparable {
    /// The position in the table, from 0.
    public let rawValue: UInt16

    /// Makes a slot from its position.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Orders by position.
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// The attribute names of one read, each with a small number that its values are filed under.
///
/// A table only grows: a slot handed out once means the same attribute in every later copy. Entries that were read
/// before a name was first seen keep the shorter table, in which the name has no slot and so no values.
public struct AttributeTable: Sendable, Hashable {
    /// The most names a table holds.
    ///
    /// Further ones are refused by ``insert(_:)``, so that their entry reads as undecodable.
    public static let capacity = 65_535

    /// The names, in slot order.
    public private(set) var names: [AttributeName]

    /// Makes a table with the given names, repetitions dropped.
    public init(_ names: [AttributeName] = []) {
        self.names = []
        for name in names { _ = insert(name) }
    }

    /// The slot of a name, or nil where no entry has had the attribute.
    public func slot(of name: AttributeName) -> AttributeSlot? {
        guard let index = names.firstIndex(of: name) else { return nil }
        return AttributeSlot(rawValue: UInt16(truncatingIfNeeded: index))
    }

    /// The name at a slot, or nil where the slot belongs to a longer table.
    public func name(at slot: AttributeSlot) -> AttributeName? {
        let index = Int(slot.rawValue)
        return index < names.count ? names[index] : nil
    }

    /// The slot of a name, added where it is new; nil when the table is full.
    public mutating func insert(_ name: AttributeName) -> AttributeSlot? {
        if let slot = slot(of: name) { return slot }
        guard names.count < Self.capacity else { return nil }
        names.append(name)
        return AttributeSlot(rawValue: UInt16(truncatingIfNeeded: names.count - 1))
    }
}
