import Foundation

/// A random number generator that gives the same numbers for the same seed: SplitMix64.
///
/// Property tests take ``seeds`` as their arguments, so that a failure names its seed.
public struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// A generator for a seed.
    public init(seed: UInt64) {
        state = seed
    }

    /// The seeds to test with: a few fixed ones, or the one in the environment variable `TEST_SEED`.
    public static let seeds: [UInt64] = {
        if let text = ProcessInfo.processInfo.environment["TEST_SEED"], let seed = UInt64(text) { return [seed] }
        return [1, 2, 3, 0xC0FFEE]
    }()

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A text of up to this many characters, drawn from the characters of another one.
    public mutating func text(from alphabet: String, upTo length: Int) -> String {
        let characters = Array(alphabet.unicodeScalars)
        var result = ""
        for _ in 0..<Int.random(in: 0...length, using: &self) {
            guard let scalar = characters.randomElement(using: &self) else { break }
            result.unicodeScalars.append(scalar)
        }
        return result
    }

    /// The text with up to three characters replaced, removed, doubled or put in from the alphabet.
    public mutating func mutation(of text: String, alphabet: String) -> String {
        var scalars = Array(text.unicodeScalars)
        let characters = Array(alphabet.unicodeScalars)
        for _ in 0..<Int.random(in: 1...3, using: &self) {
            guard let index = scalars.indices.randomElement(using: &self),
                let scalar = characters.randomElement(using: &self)
            else { break }
            switch Int.random(in: 0..<4, using: &self) {
            case 0: scalars[index] = scalar
            case 1: scalars.remove(at: index)
            case 2: scalars.insert(scalars[index], at: index)
            default: scalars.insert(scalar, at: index)
            }
        }
        var result = ""
        result.unicodeScalars.append(contentsOf: scalars)
        return result
    }
}
