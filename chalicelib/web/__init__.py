"""The shared home of Chalice: the Api blueprint with its checks, the job decorator, sign-in, problem details."""
