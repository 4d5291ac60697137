// Command parley is the whole platform in one binary. It wires the rooms
// together, starts and drains them; what they do is theirs.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	_ "time/tzdata" // business hours are in their own zone, on machines without the database too
)

var commands struct {
	Serve    ServeCmd    `cmd:"" help:"Run the platform."`
	Migrate  MigrateCmd  `cmd:"" help:"Bring the database up to date, and end. serve does it as well."`
	Backup   BackupCmd   `cmd:"" help:"Write everything that is kept into a file, also while servers run."`
	Restore  RestoreCmd  `cmd:"" help:"Read a backup into an empty database, of the same kind or of the other."`
	Config   ConfigCmd   `cmd:"" help:"Print every setting with its variable, default and value."`
	Keys     KeysCmd     `cmd:"" help:"Make, change and look at master keys."`
	Audit    AuditCmd    `cmd:"" help:"Verify audit logs."`
	Billing  BillingCmd  `cmd:"" help:"Look after plans and payments of businesses."`
	Operator OperatorCmd `cmd:"" help:"Say who runs the installation from the dashboard."`
	Healthz  HealthzCmd  `cmd:"" help:"Ask a running server whether it is ready; for health checks of containers."`
	Doctor   DoctorCmd   `cmd:"" help:"Check a deployment with its configuration, and say what is wrong and the way out."`
	Eval     EvalCmd     `cmd:"" help:"Measure retrieval on a folder of data, through the API."`
	Extract  ExtractCmd  `cmd:"" hidden:"" help:"Read one original for the server that started this."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	command := kong.Parse(&commands,
		kong.Name("parley"),
		kong.Description("Chatbots for businesses, answered from their own documents."),
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	command.FatalIfErrorf(command.Run())
}
