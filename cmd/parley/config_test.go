package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"parley/persistence/seal"
)

// parse reads a configuration as a command does, without the environment of this test.
func parse(t *testing.T, flags ...string) (*Config, error) {
	t.Helper()
	all, err := settings(&Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if value, set := os.LookupEnv(s.Variable); set {
			os.Unsetenv(s.Variable)
			t.Cleanup(func() { os.Setenv(s.Variable, value) })
		}
	}
	var c Config
	k, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = k.Parse(flags)
	return &c, err
}

func TestNothingSetIsAValidConfiguration(t *testing.T) {
	c, err := parse(t)
	if err != nil {
		t.Fatal(err)
	}
	if c.Addr != "127.0.0.1:8080" || c.Public() != "http://127.0.0.1:8080" || c.LimitUpload != 50<<20 || c.LimitsOff() || c.HasModel() {
		t.Errorf("defaults: %+v, public %s", c, c.Public())
	}
}

func TestVariablesAreReadAndFlagsWin(t *testing.T) {
	if _, err := parse(t); err != nil { // clears the environment
		t.Fatal(err)
	}
	t.Setenv("PARLEY_ADDR", ":9000")
	t.Setenv("PARLEY_LIMITS", "off")
	t.Setenv("PARLEY_LIMIT_UPLOAD", "1024")
	var c Config
	k, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.Parse([]string{"--limit-upload=2MiB"}); err != nil {
		t.Fatal(err)
	}
	if c.Addr != ":9000" || c.Public() != "http://localhost:9000" || !c.LimitsOff() || c.LimitUpload != 2<<20 {
		t.Errorf("%+v, public %s", c, c.Public())
	}
}

func TestWhatIsWrongIsSaidByTheNameOfItsVariable(t *testing.T) {
	for flags, want := range map[string]string{
		"--addr=8080":                                 `PARLEY_ADDR "8080" is not host:port`,
		"--data=":                                     "PARLEY_DATA is empty",
		"--public-url=chat.example":                   "PARLEY_PUBLIC_URL",
		"--public-url=https://chat.example/path":      "PARLEY_PUBLIC_URL",
		"--key=short":                                 "PARLEY_KEY: the master key",
		"--database-url=mysql://hunter2@x":            "DATABASE_URL must begin with postgres://",
		"--redis-url=http://hunter2@x":                "REDIS_URL must begin with redis://",
		"--cluster-addr=10.0.0.1:7000":                "PARLEY_CLUSTER_ADDR needs DATABASE_URL, REDIS_URL and PARLEY_KEY",
		"--cluster-addr=:7000":                        "PARLEY_CLUSTER_ADDR",
		"--openai-base-url=localhost":                 "OPENAI_BASE_URL must begin with https:// or http://",
		"--model=gpt":                                 "PARLEY_MODEL needs OPENAI_API_KEY",
		"--embedding-model=e":                         "PARLEY_EMBEDDING_MODEL needs PARLEY_EMBEDDING_URL",
		"--embedding-model=e --embedding-url=host/v1": "PARLEY_EMBEDDING_URL must begin with https:// or http://",
		"--embedding-url=http://host/v1":              "need PARLEY_EMBEDDING_MODEL",
		"--embedding-model=e --openai-api-key=hunter2 --embedding-key=hunter2": "PARLEY_EMBEDDING_KEY needs PARLEY_EMBEDDING_URL",
		"--model-prices=gpt-4o=2.50":                       `"gpt-4o=2.50" is not a price such as gpt-4o-mini=0.15/0.60`,
		"--stripe-secret-key=hunter2":                      "need each other",
		"--stripe-api-base=x":                              "STRIPE_API_BASE",
		"--smtp-url=hunter2":                               "SMTP_URL must begin with smtp://",
		"--smtp-url=smtp://u:hunter2@mail/box":             "SMTP_URL: it must be smtp://user:password@host:587",
		"--mail-from=Shop":                                 `PARLEY_MAIL_FROM: "Shop" is not a mail address`,
		"--limits=sometimes":                               `must be one of "on","off"`,
		"--limit-messages=0":                               "PARLEY_LIMIT_MESSAGES must be 1 or more",
		"--limit-upload=1.5MB":                             "is not a size such as",
		"--limit-upload=9999999999GiB":                     "is not a size such as",
		"--trusted-proxies=10.0.0.0/33":                    `"10.0.0.0/33" is not a network such as 10.0.0.0/8`,
		"--trusted-proxies=127.0.0.1,proxy":                `"proxy" is not a network`,
		"--addr=8080 --limit-signin=-1 --database-url=x:y": "PARLEY_LIMIT_SIGNIN",
	} {
		_, err := parse(t, strings.Fields(flags)...)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want an error that says %q", flags, err, want)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells a secret: %v", flags, err)
		}
	}
}

func TestMailsComeFromTheHostThatVisitorsKnow(t *testing.T) {
	for flags, want := range map[string]string{
		"":                                  "parley@localhost",
		"--public-url=https://chat.example": "parley@chat.example",
		"--public-url=http://localhost:1":   "parley@localhost",
		"--mail-from=chat@shop.example":     "chat@shop.example",
	} {
		if c, err := parse(t, strings.Fields(flags)...); err != nil || c.Sender() != want {
			t.Errorf("%q: %s, %v; want %s", flags, c.Sender(), err, want)
		}
	}
}

func TestAModelServerAloneIsEnough(t *testing.T) {
	c, err := parse(t, "--openai-base-url=http://localhost:11434/v1")
	if err != nil || c.LanguageModel() != DefaultModel {
		t.Errorf("asks for %q, %v", c.LanguageModel(), err)
	}
	if c, err = parse(t, "--openai-api-key=x", "--model=big"); err != nil || c.LanguageModel() != "big" {
		t.Errorf("asks for %q, %v", c.LanguageModel(), err)
	}
}

func TestPricesOfModelsAreRead(t *testing.T) {
	c, err := parse(t, "--model-prices=gpt-4o-mini=0.15/0.60,gpt-4o=2.50/10")
	if err != nil {
		t.Fatal(err)
	}
	if micros, known := c.Prices.Cost("gpt-4o-mini", 1e6, 1e6); !known || micros != 750_000 {
		t.Errorf("a million tokens each way cost %d, known %v", micros, known)
	}
}

func TestConfigPrintsValuesButNoSecrets(t *testing.T) {
	var out bytes.Buffer
	key := seal.GenerateKey()
	c, err := parse(t, "--addr=:9000", "--key="+key, "--openai-api-key=sk-hunter2", "--smtp-url=smtp://u:hunter2@mail.example:25",
		"--database-url=postgres://u:hunter2@db.example/parley?password=hunter2", "--redis-url=redis://:hunter2@cache.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := writeSettings(&out, c); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"hunter2", key} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("it prints the secret %q", secret)
		}
	}
	for _, word := range []string{":9000", "127.0.0.1:8080", "PARLEY_LIMIT_UPLOAD", "--cluster-addr", "50MiB", "db.example/parley", "mail.example:25", "(set)"} {
		if !strings.Contains(out.String(), word) {
			t.Errorf("it does not print %q:\n%s", word, &out)
		}
	}
}

func TestTheReferencePageIsFresh(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	if err := writeReference(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/configuration.md differs from config.go: run make generate")
	}
}

func TestSizesAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, size := range []Size{0, 1, 1023, 1 << 10, 1025, 50 << 20, 3 << 30} {
		var read Size
		if err := read.UnmarshalText([]byte(size.String())); err != nil || read != size {
			t.Errorf("%d is written %s and read %d, %v", size, size, read, err)
		}
	}
}

func TestNetworksAreReadAsTheyAreWritten(t *testing.T) {
	for flag, want := range map[string]string{
		"":                          "",
		"10.0.0.0/8":                "10.0.0.0/8",
		"127.0.0.1,::1":             "127.0.0.1/32,::1/128",
		"10.1.2.3/8,2001:db8::1/32": "10.0.0.0/8,2001:db8::/32",
	} {
		c, err := parse(t, "--trusted-proxies="+flag)
		if err != nil || c.Proxies.String() != want {
			t.Errorf("%q is read as %s, %v; want %s", flag, c.Proxies, err, want)
		}
		var again Networks
		if err := again.UnmarshalText([]byte(want)); err != nil || again.String() != want {
			t.Errorf("%q is read as %s, %v", want, again, err)
		}
	}
}
