"""The only home of boto3, and the PynamoDB base record."""
