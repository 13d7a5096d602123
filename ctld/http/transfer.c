// SPDX-License-Identifier: GPL-2.0
#include "http/transfer.h"

#include <errno.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/base64url.h"

#define DEFAULT_TIMEOUT_MS 30000
#define DEFAULT_MAX_BODY   (1u << 20)
#define ISOLATION_LEN	   12

/* Twice as much as is there, so that a long body is not copied for each piece of it. */
static bool has_room(struct transfer *transfer, size_t need)
{
	size_t room = transfer->room * 2 > need ? transfer->room * 2 : need;
	char *body;

	if (need <= transfer->room)
		return true;
	body = realloc(transfer->response.body, room);
	if (!body)
		return false;
	transfer->response.body = body;
	transfer->room = room;
	return true;
}

static size_t on_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *transfer = arg;
	struct http_response *response = &transfer->response;
	size_t len = size * n;

	if (len > transfer->max_body - response->len) {
		transfer->too_large = true;
		return 0;
	}
	if (!has_room(transfer, response->len + len + 1))
		return 0;
	memcpy(response->body + response->len, data, len);
	response->len += len;
	response->body[response->len] = '\0';
	return len;
}

/* What the environment says of proxies does not count: REQUEST does. */
static int set_proxy(CURL *easy, const struct http_request *request)
{
	char user[BASE64URL_CHARS(ISOLATION_LEN) + 1];
	uint8_t random[ISOLATION_LEN];

	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	curl_easy_setopt(easy, CURLOPT_PROXY, request->proxy ?: "");
	if (!request->proxy)
		return 0;
	if (strncmp(request->proxy, "socks5h://", 10))
		return -EINVAL;
	if (!request->fresh)
		return 0;
	/* Tor builds a circuit of its own for each user and password. */
	if (RAND_bytes(random, sizeof(random)) != 1)
		return -EIO;
	base64url_encode(user, random, sizeof(random));
	curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, user);
	curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD, user);
	return 0;
}

static void set_tls(CURL *easy, const struct http_request *request)
{
	struct curl_blob pem = { (void *)request->client_pem, 0, CURL_BLOB_COPY };

	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_3);
	if (request->pin) {
		/* The key is known: who signed a certificate for it says nothing more. */
		curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, request->pin);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (!request->client_pem)
		return;
	pem.len = strlen(request->client_pem);
	curl_easy_setopt(easy, CURLOPT_SSLCERT_BLOB, &pem);
	curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &pem);
}

static int set_body(struct transfer *transfer, const struct http_request *request)
{
	CURL *easy = transfer->easy;
	struct curl_slist *more;

	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
	if (!request->body)
		return 0;
	/* No "Expect: 100-continue": it is a round trip for nothing. */
	transfer->headers = curl_slist_append(NULL, "Content-Type: application/json");
	more = transfer->headers ? curl_slist_append(transfer->headers, "Expect:") : NULL;
	if (!more)
		return -ENOMEM;
	transfer->headers = more;
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
	curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body);
	return 0;
}

int transfer_init(struct transfer *transfer, const struct http_request *request)
{
	long timeout_ms = request->timeout_ms ?: DEFAULT_TIMEOUT_MS;
	CURL *easy = curl_easy_init();
	int err;

	memset(transfer, 0, sizeof(*transfer));
	transfer->easy = easy;
	transfer->max_body = request->max_body ?: DEFAULT_MAX_BODY;
	transfer->response.body = strdup("");
	if (!easy || !transfer->response.body)
		return -ENOMEM;
	if (curl_easy_setopt(easy, CURLOPT_URL, request->url) ||
	    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "https"))
		return -EINVAL;
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, (long)request->fresh);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, (long)request->fresh);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
	set_tls(easy, request);
	err = set_proxy(easy, request);
	return err ?: set_body(transfer, request);
}

void transfer_release(struct transfer *transfer)
{
	curl_easy_cleanup(transfer->easy);
	curl_slist_free_all(transfer->headers);
	http_response_release(&transfer->response);
	memset(transfer, 0, sizeof(*transfer));
}

static int errno_of(CURLcode code)
{
	switch (code) {
	case CURLE_OK:
		return 0;
	case CURLE_OPERATION_TIMEDOUT:
		return -ETIMEDOUT;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_PROXY:
		return -EHOSTUNREACH;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
		return -EKEYREJECTED;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		return -EINVAL;
	case CURLE_OUT_OF_MEMORY:
		return -ENOMEM;
	default:
		return -EPROTO;
	}
}

/* libcurl's longer text would have the address in it. */
int transfer_finish(struct transfer *transfer, CURLcode code)
{
	struct http_response *response = &transfer->response;

	curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &response->status);
	if (!code)
		return 0;
	snprintf(response->error, sizeof(response->error), "%s",
		 transfer->too_large ? "the answer is too large" : curl_easy_strerror(code));
	return transfer->too_large ? -EMSGSIZE : errno_of(code);
}

void http_response_release(struct http_response *response)
{
	free(response->body);
	response->body = NULL;
	response->len = 0;
}
