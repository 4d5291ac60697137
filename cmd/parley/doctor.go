package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/alecthomas/kong"

	"parley/cmd/parley/doctor"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

// DoctorCmd is `parley doctor`.
type DoctorCmd struct {
	Config
	JSON  bool          `name:"json" help:"Print what was found as JSON, for programs."`
	Limit time.Duration `name:"limit" default:"10s" help:"How long each check may take; they run at once."`
}

// Validate leaves it to the checks to say what is wrong with the configuration.
func (d *DoctorCmd) Validate() error { return nil }

// errUnsound ends the process with status 1; what is wrong was said.
var errUnsound = errors.New("there are problems")

// Run prints what is wrong with a deployment and the way out. It changes nothing, neither here nor in what is checked.
func (d *DoctorCmd) Run(ctx context.Context, k *kong.Kong) error {
	findings := doctor.Examine(ctx, d.checks(), d.Limit)
	write := doctor.Write
	if d.JSON {
		write = doctor.WriteJSON
	}
	if err := write(k.Stdout, findings); err != nil {
		return err
	}
	if !doctor.Sound(findings) {
		return errUnsound
	}
	return nil
}

// checks are those that the configuration calls for.
func (d *DoctorCmd) checks() []doctor.Check {
	all := []doctor.Check{
		{Name: "configuration", Look: d.lookAtConfig},
		{Name: "data folder", Look: d.lookAtFolder},
		{Name: "master key", Look: d.lookAtKey},
		{Name: "database", Look: d.lookAtDatabase},
		{Name: "public address", Look: d.lookAtPublic},
		{Name: "proxies", Look: d.lookAtProxies},
		{Name: "operators' port", Look: d.lookAtMetrics},
	}
	for _, optional := range []struct {
		on    bool
		check doctor.Check
	}{
		{d.TLSCert != "", doctor.Check{Name: "certificate", Look: d.lookAtCertificate}},
		{d.RedisURL != "", doctor.Check{Name: "redis", Look: d.lookAtRedis}},
		{d.ClusterAddr != "", doctor.Check{Name: "cluster", Look: d.lookAtCluster}},
		{d.HasModel(), doctor.Check{Name: "language model", Look: d.lookAtModel}},
		{d.SMTPURL != "", doctor.Check{Name: "mail", Look: d.lookAtMail}},
		{d.StripeKey != "" || d.StripeWebhookSecret != "", doctor.Check{Name: "billing", Look: d.lookAtStripe}},
		{d.HasPlans(), doctor.Check{Name: "plans", Look: d.lookAtPlans}},
	} {
		if optional.on {
			all = append(all, optional.check)
		}
	}
	return all
}

func (d *DoctorCmd) lookAtConfig(context.Context) []doctor.Finding {
	var found []doctor.Finding
	const reference = "docs/configuration.md says what each setting takes."
	if err := d.Config.Validate(); err != nil {
		var several interface{ Unwrap() []error }
		if errors.As(err, &several) {
			for _, one := range several.Unwrap() {
				found = append(found, doctor.Wrong(reference, "%v", one)...)
			}
		} else {
			found = doctor.Wrong(reference, "%v", err)
		}
	}
	for _, name := range d.Idle() {
		found = append(found, doctor.Warn("Leave it out.", "%s has no effect beside the others", name)...)
	}
	if d.DatabaseURL != "" && d.Key == "" {
		found = append(found, doctor.Warn("Set PARLEY_KEY, or keep a copy of the key file apart from the database.",
			"the data is on a server, its key in the file %s of this machine alone", d.keyFile())...)
	}
	if d.LimitsOff() && !d.Private() {
		found = append(found, doctor.Warn("Set PARLEY_LIMITS=on.", "limits are off, and others than this machine reach the server")...)
	}
	if len(found) == 0 {
		return doctor.Fine("nothing contradicts itself")
	}
	return found
}

func (d *DoctorCmd) lookAtStripe(context.Context) []doctor.Finding {
	switch {
	case !hasPrefix(d.StripeKey, "sk_live_", "sk_test_", "rk_live_", "rk_test_"):
		return doctor.Wrong("Copy the secret key from Stripe's dashboard, Developers → API keys.", "STRIPE_SECRET_KEY does not look like a secret key (sk_live_… or sk_test_…)")
	case !hasPrefix(d.StripeWebhookSecret, "whsec_"):
		return doctor.Wrong("Copy the signing secret of the webhook endpoint from Stripe's dashboard.", "STRIPE_WEBHOOK_SECRET does not look like a signing secret (whsec_…)")
	case hasPrefix(d.StripeKey, "sk_test_", "rk_test_") && d.StripeAPIBase == "":
		return doctor.Warn("Use the live key when customers are to pay.", "Stripe's key is one for tests: nobody is charged")
	}
	return doctor.Fine("Stripe's keys have the right form")
}

// lookAtKey does not make one, as a start does.
func (d *DoctorCmd) lookAtKey(context.Context) []doctor.Finding {
	if d.Key != "" {
		if _, err := d.master(); err != nil {
			return doctor.Wrong("Make one with: parley keys new", "%v", err)
		}
		return doctor.Fine("PARLEY_KEY is a master key")
	}
	path := d.keyFile()
	about, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return doctor.Fine("%s will be made at the first start", path)
	case err != nil:
		return doctor.Wrong("Run doctor as the user that runs the server.", "%v", err)
	}
	if _, err := d.master(); err != nil {
		return doctor.Wrong("Put back the file from its copy: without it the data cannot be read.", "%v", err)
	}
	if about.Mode().Perm()&0o077 != 0 {
		return doctor.Warn("chmod 600 "+path, "others of this machine may read %s", path)
	}
	return doctor.Fine("%s is a master key", path)
}

// master is the configured key, or that of the data folder. It makes none.
func (d *DoctorCmd) master() (*seal.Master, error) {
	if d.Key != "" {
		return d.Config.master()
	}
	return seal.Load(d.keyFile())
}

// root is what the installation derives from: the database's, or as far as can be known, what it will be.
func (d *DoctorCmd) root(ctx context.Context) (*seal.Root, error) {
	master, err := d.master()
	if err != nil {
		return nil, err
	}
	if seen, err := d.examine(ctx, master); err == nil && seen.Root != nil {
		return seen.Root, nil
	}
	return master.Wanted().Root(), nil
}

// examine looks at the database with a master key.
func (d *DoctorCmd) examine(ctx context.Context, master *seal.Master) (postgres.Examination, error) {
	options := postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)}
	if d.DatabaseURL == "" {
		return sqlite.Examine(ctx, d.Data, options)
	}
	store, err := postgres.Open(ctx, d.DatabaseURL, options)
	if err != nil {
		return postgres.Examination{}, err
	}
	defer store.Close()
	return store.Examine(ctx)
}
