package billing

import "context"

// Require returns an ErrFeature that says the way out unless the plan of a tenant has a feature.
func (s *Service) Require(ctx context.Context, tenant string, feature Feature) error {
	state, _, err := s.Standing(ctx, tenant)
	if err != nil || state.Plan.Allows(feature) {
		return err
	}
	return s.Catalogue().Explain(Lacks(feature), s.Sold(), func(p Plan) bool { return p.Allows(feature) })
}
