internal import DirectoryModel

extension Search {
    /// The same search for those of its entries only that have one of the identities.
    func narrowed(to ids: ArraySlice<ObjectID>, _ attribute: IdentityAttribute) -> Search {
        let terms = ids.map { id in
            let value =
                attribute.encoding == .activeDirectoryGUID ? id.ldapFilterValue ?? "" : UserLookup.escape(id.text)
            return "(\(attribute.attribute.text)=\(value))"
        }
        return narrowed(to: "(|\(terms.joined()))")
    }

    /// The same search for those of its entries only that a filter finds.
    func narrowed(to further: String) -> Search {
        var search = self
        search.filter = "(&\(filter)\(further))"
        return search
    }

    /// A search for the identities of the same entries, under a part of the base or by a further filter.
    func listing(
        _ attribute: IdentityAttribute, under part: DistinguishedName? = nil, also further: String? = nil
    ) -> Search {
        Search(
            kind: kind, plural: plural, base: part ?? base, scope: part == nil ? scope : .subtree,
            filter: further.map { "(&\(filter)\($0))" } ?? filter, attributes: [attribute.attribute.text])
    }

    /// A search for the identities of entries of any kind, and for further attributes.
    static func entries(
        in context: DistinguishedName, _ filter: String, _ identity: IdentityAttribute,
        reading attributes: [String] = [], controls: [Control] = []
    ) -> Search {
        Search(
            kind: .other, plural: "entries", base: context, scope: .subtree, filter: filter,
            attributes: [identity.attribute.text] + attributes, controls: controls + [.domainScope])
    }
}
