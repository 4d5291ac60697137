package stripe

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"parley/account/billing"
)

// Name is what contracts and events of Stripe say their provider is.
const Name = "stripe"

// Version is that of Stripe's API, which the webhook endpoint has to be made with.
const Version = sdk.APIVersion

// patience bounds a request with its answer. Stripe's own libraries wait 80 s, which is longer than people at a page do.
const patience = 30 * time.Second

// Options are of an account at Stripe.
type Options struct {
	Key           string // secret
	WebhookSecret string
	APIBase       string   // of a server that speaks Stripe's API; "": Stripe
	Tax           bool     // Stripe reckons taxes, and asks for addresses
	Methods       []string // of payment, such as card and paypal; none: those that are on in Stripe's dashboard
	Clock         func() time.Time
}

// Client is an account at Stripe.
type Client struct {
	api     *client.API
	secret  string
	tax     bool
	methods []string
	clock   func() time.Time
}

var _ billing.Provider = (*Client)(nil)

// New makes a Client. It asks Stripe nothing.
func New(o Options) *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	backend := sdk.GetBackendWithConfig(sdk.APIBackend, &sdk.BackendConfig{
		URL:               sdk.String(strings.TrimSuffix(cmp.Or(o.APIBase, sdk.APIURL), "/")),
		HTTPClient:        &http.Client{Transport: patient{transport}, Timeout: patience},
		MaxNetworkRetries: sdk.Int64(sdk.DefaultMaxNetworkRetries),
		EnableTelemetry:   sdk.Bool(false),
		LeveledLogger:     &sdk.LeveledLogger{Level: sdk.LevelNull}, // it logs what it is answered; callers log our errors
	})
	if o.Clock == nil {
		o.Clock = time.Now
	}
	return &Client{
		api:    client.New(o.Key, &sdk.Backends{API: backend, Connect: backend, Uploads: backend}),
		secret: o.WebhookSecret, tax: o.Tax, methods: o.Methods, clock: o.Clock,
	}
}

// Name implements billing.Provider.
func (c *Client) Name() string { return Name }
