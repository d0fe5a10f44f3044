"""Event Ruler: what EventBridge patterns, SNS filter policies and Lambda's event filters mean.

AWS has published it, words of its errors included: github.com/aws/event-ruler.
"""
