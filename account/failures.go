package account

import "errors"

// countFailure counts a wrong password for each business of the account that was tried. It is kept in memory, and the answer
// takes no longer for it.
func (s *Service) countFailure(err error, members []Member) {
	if !errors.Is(err, ErrCredentials) {
		return
	}
	for _, member := range members {
		s.activity.Count(member.Tenant, Activity{SignInFailures: 1})
	}
}
