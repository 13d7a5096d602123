/* SPDX-License-Identifier: GPL-2.0 */
/* RFC 8037, Appendix A.1 and A.4: an Ed25519 key and a compact JWS by it (RFC 7515). */
#ifndef VECTORS_RFC8037_H
#define VECTORS_RFC8037_H

static const char rfc8037_private[] = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
static const char rfc8037_public[] = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
static const char rfc8037_header[] = "eyJhbGciOiJFZERTQSJ9";
static const char rfc8037_payload[] = "RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
static const char rfc8037_signature[] =
	"hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

#endif
