"""SES: e-mail by templates, the events that tell what became of it, and a mailbox that plays."""
