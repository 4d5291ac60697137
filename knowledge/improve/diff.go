package improve

// Verdict is how a question came out of a run.
type Verdict string

// Verdicts.
const (
	VerdictPassed Verdict = "passed"
	VerdictFailed Verdict = "failed"
	VerdictNone   Verdict = "none" // it was not asked
)

// Change is a question that came out of one run otherwise than of the run before.
type Change struct {
	Test    string
	Text    string
	Was, Is Verdict
}

// Changes compares a run with the one before: first what got worse, then what got better, then what is new or gone,
// each in the order of the questions.
func Changes(before, now Run) []Change {
	was := verdicts(before)
	var worse, better, other []Change
	for _, r := range now.Results {
		c := Change{Test: r.Question.ID, Text: r.Question.Text, Was: was.of(r.Question), Is: verdict(r)}
		switch {
		case c.Was == c.Is:
		case c.Was == VerdictNone:
			other = append(other, c)
		case c.Is == VerdictFailed:
			worse = append(worse, c)
		default:
			better = append(better, c)
		}
	}
	is := verdicts(now)
	for _, r := range before.Results {
		if is.of(r.Question) == VerdictNone && now.State != Running {
			other = append(other, Change{Test: r.Question.ID, Text: r.Question.Text, Was: verdict(r), Is: VerdictNone})
		}
	}
	return append(append(worse, better...), other...)
}

type outcomes map[string]Verdict

func verdicts(run Run) outcomes {
	all := outcomes{}
	for _, r := range run.Results {
		all[r.Question.ID] = verdict(r)
	}
	return all
}

func (o outcomes) of(q Question) Verdict {
	if v, asked := o[q.ID]; asked {
		return v
	}
	return VerdictNone
}

func verdict(r Result) Verdict {
	if r.Passed {
		return VerdictPassed
	}
	return VerdictFailed
}
