"""Raw requests that no client would send, to every service that the local AWS answers."""
