"""Reports from the public (群众来件): sent without an account, tracked with a number and a code, answered, judged by who sent them.
Who they are is masked for every officer; reading it is an action with a reason. A pack gives its words as a `Counter`."""
