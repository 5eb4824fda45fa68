import ProviderClient
import ReconcileEngine
import SCIMProvider
import Testing

/// The profile that `Documentation/Providers/README.md` shows, as it stands there.
@Suite struct DocumentedProfileTests {
    let profile = SCIMProfile(
        name: "example",
        users: SCIMResourceMap(
            endpoint: "Users", schema: "urn:ietf:params:scim:schemas:core:2.0:User",
            bindings: [
                .text(.address, at: "userName"), .text(.key, at: "externalId"), .text(.name, at: "displayName"),
                .typed(.mobile, at: "phoneNumbers", type: "mobile"), .active(at: "active"),
                .text(.organizationalUnit, at: "urn:example:scim:1.0:User:unit", none: "-"),
            ]),
        phrases: ["tenant is full": .limitReached])

    @Test func itIsMadeOfWhatItBinds() {
        #expect(profile.name == "example" && profile.users.bindings.count == 6)
    }
}
