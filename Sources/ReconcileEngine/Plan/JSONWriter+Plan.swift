internal import DirectoryModel

/// How each value of a plan is written.
extension JSONWriter {
    mutating func line(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        object {
            $0.key(name)
            body(&$0)
        }
        endLine()
    }

    mutating func write(_ overview: Plan.Overview) {
        object {
            $0.pair("directory", overview.directory)
            $0.key("directoryIncomplete")
            $0.array(overview.directoryIncomplete) { $0.string($1) }
            $0.key("users")
            $0.integer(overview.users)
            $0.key("usersInScope")
            $0.integer(overview.usersInScope)
            $0.pair("provider", overview.provider)
            $0.key("providerIncomplete")
            $0.array(overview.providerIncomplete) { $0.string($1) }
            $0.key("accounts")
            $0.integer(overview.accounts)
            $0.key("managedAccounts")
            $0.integer(overview.managedAccounts)
            if let run = overview.undoneRun {
                $0.key("undoneRun")
                $0.integer(run)
            }
        }
    }

    mutating func write(_ violation: Violation) {
        object {
            $0.pair("rail", violation.rail)
            $0.pair("text", violation.text)
            $0.pair("hold", violation.hold.description)
        }
    }

    mutating func write(_ finding: Finding) {
        object {
            $0.pair("code", finding.code.rawValue)
            $0.pair("subject", finding.subject)
            $0.pair("text", finding.text)
        }
    }

    mutating func write(_ link: RecognizedLink) {
        object {
            $0.pair("key", link.key.text)
            $0.pair("id", link.id.rawValue)
        }
    }

    mutating func write(_ deletion: PendingDeletion) {
        object {
            $0.pair("id", deletion.id.rawValue)
            $0.pair("address", deletion.address.text)
            $0.pair("since", deletion.since.description)
            $0.pair("due", deletion.due.description)
            $0.key("reason")
            $0.write(deletion.reason)
        }
    }

    mutating func write(_ operation: Operation) {
        object {
            $0.pair("kind", operation.kind.rawValue)
            $0.pair("id", operation.id?.rawValue)
            $0.pair("address", operation.address.text)
            if let account = operation.account {
                $0.key("account")
                $0.write(account)
            }
            if let former = operation.former {
                $0.key("former")
                $0.write(former)
            }
            $0.key("changes")
            $0.array(operation.changes) { $0.write($1) }
            $0.key("reasons")
            $0.array(operation.reasons) { $0.write($1) }
            $0.pair("precondition", operation.precondition.description)
            $0.key("stage")
            $0.integer(operation.stage)
            if let after = operation.after {
                $0.key("after")
                $0.array(after) { $0.integer($1) }
            }
        }
    }

    mutating func write(_ held: HeldOperation) {
        object {
            $0.key("operation")
            $0.write(held.operation)
            $0.key("violations")
            $0.array(held.violations) { $0.integer($1) }
        }
    }

    mutating func write(_ account: Account) {
        object {
            $0.pair("kind", account.kind.rawValue)
            $0.pair("key", account.key?.text)
            $0.pair("userName", account.userName)
            $0.pair("address", account.address.text)
            $0.key("aliases")
            $0.array(account.aliases) { $0.string($1.text) }
            $0.pair("name", account.name)
            $0.pair("givenName", account.givenName)
            $0.pair("familyName", account.familyName)
            $0.pair("mobile", account.mobile)
            $0.pair("organizationalUnit", account.organizationalUnit)
            if let quota = account.quota {
                $0.key("quota")
                $0.integer(quota.bytes)
            }
            if !account.delegates.isEmpty {
                $0.key("delegates")
                $0.array(account.delegates) { $0.string($1.text) }
            }
            if let requiresMFA = account.requiresMFA {
                $0.key("requiresMFA")
                $0.bool(requiresMFA)
            }
            $0.key("isActive")
            $0.bool(account.isActive)
            if !account.attributes.isEmpty {
                $0.key("attributes")
                $0.write(account.attributes)
            }
        }
    }

    private mutating func write(_ attributes: [String: String]) {
        object { writer in
            for (name, value) in attributes.sorted(by: { $0.key.precedesInBytes($1.key) }) {
                writer.key(name)
                writer.string(value)
            }
        }
    }

    private mutating func write(_ change: FieldChange) {
        object {
            $0.pair("field", change.field.rawValue)
            $0.key("old")
            $0.write(change.old)
            $0.key("new")
            $0.write(change.new)
            if let reason = change.reason {
                $0.key("reason")
                $0.write(reason)
            }
        }
    }

    private mutating func write(_ reason: Reason) {
        object {
            $0.pair("code", reason.code.rawValue)
            $0.pair("subject", reason.subject)
        }
    }

    private mutating func write(_ value: FieldValue) {
        switch value {
        case .unset: null()
        case .text(let text): string(text)
        case .list(let texts): array(texts) { $0.string($1) }
        case .bytes(let amount): integer(amount.bytes)
        case .flag(let flag): bool(flag)
        case .secret:
            object {
                $0.key("secret")
                $0.bool(true)
            }
        }
    }

    private mutating func pair(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }
}

extension Operation {
    /// The operation as it stands in a plan file.
    package var json: String {
        var writer = JSONWriter()
        writer.write(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
