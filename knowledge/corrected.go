package knowledge

// CorrectedAnswers is the title of the FAQ source of a bot that holds what its owner corrected: its answers win over
// all others.
const CorrectedAnswers = "Corrected answers"
