package main

import (
	"errors"
	"slices"
	"strings"

	"parley/account/billing/stripe"
)

// Sells tells whether plans are sold.
func (c *Config) Sells() bool { return c.StripeKey != "" }

// HasPlans tells whether there are any. Without, every business may use all there is.
func (c *Config) HasPlans() bool { return c.Plans != "" || c.Sells() }

// Stripe is the account at which plans are sold.
func (c *Config) Stripe() stripe.Options {
	return stripe.Options{
		Key: c.StripeKey, WebhookSecret: c.StripeWebhookSecret, APIBase: c.StripeAPIBase, Tax: c.StripeTax == "on", Methods: c.methods(),
	}
}

func (c *Config) methods() (methods []string) {
	for method := range strings.SplitSeq(c.StripeMethods, ",") {
		if method = strings.TrimSpace(method); method != "" {
			methods = append(methods, method)
		}
	}
	return methods
}

// checkBilling returns what is wrong with these settings. What is in the file of plans is read at the start.
func (c *Config) checkBilling() error {
	var wrong []error
	if (c.StripeKey == "") != (c.StripeWebhookSecret == "") {
		wrong = append(wrong, errors.New("STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET need each other"))
	}
	if !hasScheme(c.StripeAPIBase, "http", "https") {
		wrong = append(wrong, errors.New("STRIPE_API_BASE must begin with https:// or http://"))
	}
	if !c.Sells() && (c.StripeTax == "on" || c.StripeMethods != "") {
		wrong = append(wrong, errors.New("PARLEY_STRIPE_TAX and PARLEY_STRIPE_METHODS need STRIPE_SECRET_KEY"))
	}
	if slices.ContainsFunc(c.methods(), func(method string) bool {
		return strings.Trim(method, "abcdefghijklmnopqrstuvwxyz0123456789_") != ""
	}) {
		wrong = append(wrong, errors.New("PARLEY_STRIPE_METHODS takes words of Stripe's such as card,paypal"))
	}
	return errors.Join(wrong...)
}
