// pint --offline -c prometheus/pint.hcl lint prometheus/rules
checks {
  // Groups are evaluated every five seconds: what another group recorded is that old at most.
  disabled = ["rule/dependency"]
}
parser {
  schema = "prometheus"
}
rule {
  match {
    kind = "alerting"
  }
  annotation "summary" {
    required = true
    severity = "bug"
  }
  annotation "summary_zh" {
    required = true
    severity = "bug"
  }
  annotation "description" {
    required = true
    severity = "bug"
  }
  annotation "description_zh" {
    required = true
    severity = "bug"
  }
  annotation "possible_causes" {
    required = true
    severity = "bug"
  }
  annotation "suggested_actions" {
    required = true
    severity = "bug"
  }
  annotation "runbook_url" {
    required = true
    severity = "bug"
  }
  annotation "dashboard_url" {
    required = true
    severity = "bug"
  }
  label "severity" {
    value = "critical|warning|info|none"
    required = true
    severity = "bug"
  }
}
