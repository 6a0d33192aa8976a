package telemetry

import (
	"fmt"
	"io"
	"net/http"
	"sort"
	"strconv"
	"sync"
	"time"
)

// bounds are the upper ends of the buckets of the histogram, in seconds.
var bounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}

type route struct{ method, pattern string }

type answered struct {
	route
	status int
}

type histogram struct {
	buckets []uint64
	count   uint64
	sum     float64
}

// Metrics counts and times requests, and shows them in the text format of Prometheus.
type Metrics struct {
	service  string
	mutex    sync.Mutex
	requests map[answered]uint64
	duration map[route]*histogram
}

// NewMetrics makes metrics that carry the name of the service.
func NewMetrics(service string) *Metrics {
	return &Metrics{service: service, requests: map[answered]uint64{}, duration: map[route]*histogram{}}
}

// Count adds a request that was answered. The pattern is that of its route: each path would be a series of its own.
func (m *Metrics) Count(method, pattern string, status int, took time.Duration) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	at := route{method, pattern}
	m.requests[answered{at, status}]++
	timed, known := m.duration[at]
	if !known {
		timed = &histogram{buckets: make([]uint64, len(bounds))}
		m.duration[at] = timed
	}
	seconds := took.Seconds()
	for index, bound := range bounds {
		if seconds <= bound {
			timed.buckets[index]++
		}
	}
	timed.count++
	timed.sum += seconds
}

// ServeHTTP shows the figures.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.writeRequests(w)
	m.writeDuration(w)
}

func (m *Metrics) writeRequests(w io.Writer) {
	lines := make([]string, 0, len(m.requests))
	for key, count := range m.requests {
		lines = append(lines, fmt.Sprintf("http_requests_total{%s,status=%q} %d\n", m.labels(key.route), strconv.Itoa(key.status), count))
	}
	write(w, "# HELP http_requests_total Requests answered.\n# TYPE http_requests_total counter\n", lines)
}

func (m *Metrics) writeDuration(w io.Writer) {
	lines := make([]string, 0, len(m.duration))
	for key, timed := range m.duration {
		labels, text := m.labels(key), ""
		for index, bound := range bounds {
			le := strconv.FormatFloat(bound, 'f', -1, 64)
			text += fmt.Sprintf("http_request_duration_seconds_bucket{%s,le=%q} %d\n", labels, le, timed.buckets[index])
		}
		text += fmt.Sprintf("http_request_duration_seconds_bucket{%s,le=\"+Inf\"} %d\n", labels, timed.count)
		text += fmt.Sprintf("http_request_duration_seconds_sum{%s} %g\n", labels, timed.sum)
		text += fmt.Sprintf("http_request_duration_seconds_count{%s} %d\n", labels, timed.count)
		lines = append(lines, text)
	}
	write(w, "# HELP http_request_duration_seconds Time to the answer.\n# TYPE http_request_duration_seconds histogram\n", lines)
}

func (m *Metrics) labels(at route) string {
	return fmt.Sprintf("service=%q,method=%q,route=%q", m.service, at.method, at.pattern)
}

// write gives the head and the lines, in order, so that two looks are alike. Whoever hung up needs no answer.
func write(w io.Writer, head string, lines []string) {
	sort.Strings(lines)
	_, _ = io.WriteString(w, head)
	for _, line := range lines {
		_, _ = io.WriteString(w, line)
	}
}
