package telemetry

import (
	"crypto/rand"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// recorder remembers the status that was answered.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Observe counts, times and logs every request, gives it an id, and turns a panic into an error of the server.
func Observe(metrics *Metrics, log *slog.Logger, api *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		id := r.Header.Get("X-Request-Id")
		if id == "" {
			id = rand.Text()
		}
		w.Header().Set("X-Request-Id", id)
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		pattern := pattern(api, r)
		defer func() {
			if fault := recover(); fault != nil {
				log.Error("a fault of ours", "request", id, "fault", fault)
				answer.WriteHeader(http.StatusInternalServerError)
			}
			took := time.Since(began)
			metrics.Count(r.Method, pattern, answer.status, took)
			log.Info("answered", "request", id, "route", pattern, "status", answer.status, "seconds", took.Seconds())
		}()
		api.ServeHTTP(answer, r)
	})
}

// pattern gives the path of the route that a request goes to, or "none".
func pattern(api *http.ServeMux, r *http.Request) string {
	_, found := api.Handler(r)
	if found == "" {
		return "none"
	}
	return found[strings.Index(found, "/"):]
}
