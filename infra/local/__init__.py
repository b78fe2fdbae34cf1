"""The cloud on a laptop: Amazon's DynamoDB engine, moto, and the deployed functions driven as AWS would.

Start reading at `cloud.py` (what is started, in order), then `driver.py` (what wakes a function) and
`travel.py` (how the desk's time is moved). What runs is read from the template: nothing is listed here.
"""
