/// What one fast look at a text can say about its normal form.
enum PlainForm {
    /// The text is in normal form.
    case normal
    /// The normal form is the text with the letters A to Z in lower case.
    case upperCase
    /// The text needs a closer look, and may be wrong.
    case other
}
