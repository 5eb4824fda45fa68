import DirectoryModel
import ProviderClient
import ReconcileEngine

extension ProviderConformance {
    /// What an account's fields should be like.
    static var fieldChecks: [Check] {
        [
            Check("a created account is listed with every field as planned") { trial in
                try await trial.converge([try trial.person(1)])
            },
            Check("an account can be created with nothing but a key and an address") { trial in
                try await trial.converge([Account(key: try trial.person(1).key, address: try trial.address("bare"))])
            },
            Check("texts come back byte for byte") { trial in
                var people: [Account] = []
                for (index, text) in texts.enumerated() {
                    var person = try trial.person(index)
                    person.name = text
                    person.familyName = text
                    people.append(person)
                }
                try await trial.converge(people)
            },
            Check("addresses with unusual characters come back as they were") { trial in
                var people: [Account] = []
                for (index, name) in ["o'neil", "first.last+tag", "a_b-c", "{x}!#$%&*/=?^`|~"].enumerated() {
                    var person = try trial.person(index)
                    person.setAddresses(primary: try trial.address(name), aliases: [])
                    people.append(person)
                }
                try await trial.converge(people)
            },
            Check("fields that the rules leave alone stay as they are") { trial in
                try trial.need(.update)
                try trial.need(.name, .quota)
                var person = try trial.person(1)
                let state = try await trial.converge([person])
                person.name = "Another Name"
                let rules = AccountMapping(
                    addresses: .proxyAddresses("proxyAddresses", fallback: nil), name: .attribute("displayName"))
                for operation in try trial.plan([person], from: state, mapping: rules).operations {
                    try await trial.perform(operation)
                }
                try trial.demand(try await trial.observe(), has: [person])
            },
        ]
            + fieldSteps.map { field, steps in
                Check("\(field.rawValue) can be set, changed and cleared") { trial in
                    try trial.need(field)
                    try trial.need(.update)
                    var person = try trial.person(1)
                    for step in steps {
                        try step(&person, trial)
                        try await trial.converge([person])
                    }
                }
            }
            + furtherSteps.map { field, steps in
                Check("\(field.rawValue) can be set, changed and cleared") { trial in
                    try trial.need(field)
                    try trial.need(.update)
                    var person = try trial.person(1)
                    for step in steps {
                        try step(&person, trial)
                        try await trial.bring(person)
                    }
                }
            }
    }

    private typealias Step = @Sendable (inout Account, Trial) throws -> Void

    /// Texts that a careless provider spoils; the last two look alike and are different bytes.
    private static let texts = [
        "Zoë O'Neil \"Zo\"", "'; DROP TABLE mailbox; --", "<b>&amp;</b>", "100% {0} \\n $HOME", "张伟 👩‍👩‍👧", "עברית",
        "\u{C5}ngstr\u{F6}m", "A\u{30A}ngstro\u{308}m",
    ]

    /// For each field: setting it, changing it, clearing it, and setting it again.
    private static let fieldSteps: [(AccountField, [Step])] = [
        (.name, texts(.name)), (.givenName, texts(.givenName)), (.familyName, texts(.familyName)),
        (.mobile, texts(.mobile)), (.organizationalUnit, texts(.organizationalUnit)),
        (
            .quota,
            [ByteCount.gigabytes(5), .gibibytes(50), ByteCount(bytes: 1), nil, .gigabytes(5)].map { quota in
                { account, _ in account.quota = quota }
            }
        ),
        (
            .aliases,
            [["one"], ["one", "two"], ["two", "three"], [], ["four"]].map { names in
                { account, trial in
                    account.setAddresses(primary: account.address, aliases: try names.map(trial.address))
                }
            }
        ),
    ]

    /// The same for fields that not every profile has rules for.
    private static let furtherSteps: [(AccountField, [Step])] = [
        (.userName, texts(.userName)),
        (
            .attribute("note"),
            ["First", "Second", "", "Third"].map { text in
                { account, trial in account.attributes[trial.attribute(0)] = text }
            }
        ),
        (
            .passwordHash,
            ["{SSHA}Zmlyc3Q=", "{SSHA}c2Vjb25k", nil, "{SSHA}dGhpcmQ="].map { text in
                { account, _ in account.passwordHash = text.map { PasswordHash($0) } }
            }
        ),
    ]

    private static func texts(_ field: AccountField) -> [Step] {
        ["First", "Second", nil, "Third"].map { text in
            { account, _ in try account.set(field, to: FieldValue(text)) }
        }
    }
}
