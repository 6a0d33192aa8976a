// Package telemetry writes logs and counts requests: what is needed to see from outside how the service is.
package telemetry

import (
	"io"
	"log/slog"
)

// Logger writes a line of JSON for each event, with the name of the service.
func Logger(to io.Writer, service string) *slog.Logger {
	return slog.New(slog.NewJSONHandler(to, nil)).With("service", service)
}
