// SPDX-License-Identifier: GPL-2.0
/* What records betray, in closed form: Documentation/anonymity proves each of these. */
#include <math.h>

#include "tools/anonymity/forms.h"

#define EULER 0.57721566490153286061
/* Up to here the series loses no more than 9 of 16 digits to cancellation. */
#define SERIES_MAX 20
#define GRID	   400

double anonymity_start(double crowd)
{
	return crowd > 0 ? -expm1(-crowd) / crowd : 1;
}

/* Poisson's own sum, which ends where its terms do. */
static double one_of_series(double crowd, unsigned int own)
{
	double term = 1, sum = 1.0 / own;

	for (unsigned int k = 1; k <= crowd || term > 1e-18 * sum; k++) {
		term *= crowd / k;
		sum += term / (own + k);
	}
	return sum * exp(-crowd);
}

double anonymity_one_of(double crowd, unsigned int own)
{
	double one = anonymity_start(crowd);

	if (own == 1)
		return one;
	if (crowd < 500)
		return one_of_series(crowd, own);
	for (unsigned int m = 2; m <= own; m++)
		one = (1 - (m - 1) * one) / crowd;
	return one;
}

/* Ein(z), the integral of (1 - e^-t) / t over [0, z]; z from 0. */
static double ein_series(double z)
{
	double term = 1, sum = 0;

	for (unsigned int k = 1; k < 200; k++) {
		term *= -z / k;
		sum -= term / k;
	}
	return sum;
}

/* E1(z) is e^-z / (z + 1/(1 + 1/(z + 2/(1 + 2/(z + ...))))), for large z a tiny thing. */
static double ein(double z)
{
	double fraction = z;

	if (z < SERIES_MAX)
		return ein_series(z);
	for (unsigned int k = 60; k; k--)
		fraction = z + k / (1 + k / fraction);
	return EULER + log(z) + exp(-z) / fraction;
}

/* The calls that are shorter than WITHIN: the mean of (1 - e^-x) / x, x = CROWD (1 - Q u). */
static double short_calls(double crowd, double q)
{
	const int n = 64;
	double step = (1 - q) / n, sum = 0;

	for (int i = 0; i <= n; i++)
		sum += anonymity_start(crowd * (1 - q * (q + i * step))) *
		       (i == 0 || i == n ? 1 : 2 + 2 * (i & 1));
	return sum * step / 3;
}

double anonymity_start_duration(double crowd, double within, double mean)
{
	double q = exp(-within / mean), far = crowd * -expm1(-2 * within / mean);

	if (!(far > 0))
		return 1;
	return ein(far) * q / far + short_calls(crowd, q);
}

/*
 * The logarithm of the mean of T^K, K others' bookings within one span before or after:
 * another circuit's are there with chance q each, q even in [0, 1] at both edges, else 1.
 */
static double others_booked(double crowd, unsigned int hops, double t)
{
	double power = 1, sum = 0;

	for (unsigned int i = 0; i <= hops; i++, power *= t)
		sum += power / (hops + 1);
	return crowd * (2 * (sum - 1) + pow(t, hops) - 1);
}

double anonymity_bookings(double crowd, unsigned int hops)
{
	const int n = 20000;
	double sum = 0, y, t;

	/* Over t in [0, 1]; t = 1 - y^4, since in a crowd all lies near 1. */
	for (int i = 0; i < n; i++) {
		y = (i + 0.5) / n;
		t = 1 - pow(y, 4);
		sum += 4 * pow(y, 3) * pow(t, hops - 2.0) * exp(others_booked(crowd, hops, t));
	}
	return sum / n;
}

/* A call and its lingering together last T or longer. */
static double lasts(double t, double mean, double linger)
{
	if (fabs(mean - linger) < 1e-6 * mean)
		return (1 + t / mean) * exp(-t / mean);
	return (mean * exp(-t / mean) - linger * exp(-t / linger)) / (mean - linger);
}

double anonymity_start_linger(double crowd, double mean, double linger)
{
	double sum = 0, t, from, to;

	for (int i = 0; i < GRID; i++) {
		t = -mean * log((i + 0.5) / GRID);
		from = lasts(t, mean, linger);
		for (int j = 0; j < GRID; j++) {
			to = lasts(t - linger * log((j + 0.5) / GRID), mean, linger);
			sum += exp(-crowd * (from - to));
		}
	}
	return sum / GRID / GRID;
}

double anonymity_same_carrier(const double *shares, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += shares[i] * shares[i];
	return sum;
}

double anonymity_bad_ends(unsigned int bad, unsigned int relays, unsigned int hops)
{
	double one = (double)bad / relays;

	return hops < 2 || !bad ? one : one * (bad - 1) / (relays - 1);
}

double anonymity_bad_all(unsigned int bad, unsigned int relays, unsigned int hops)
{
	return anonymity_bad_some(bad, relays, hops, hops);
}

static double choose_log(unsigned int n, unsigned int k)
{
	return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
}

double anonymity_bad_some(unsigned int bad, unsigned int relays, unsigned int hops, unsigned int n)
{
	if (n > bad || n > hops || hops - n > relays - bad)
		return 0;
	return exp(choose_log(bad, n) + choose_log(relays - bad, hops - n) -
		   choose_log(relays, hops));
}

double anonymity_intersection(double p, unsigned int calls, double subscribers)
{
	double fits = pow(p, calls);

	if (subscribers <= 1)
		return 1;
	return fits >= 1 ? 0 : exp((subscribers - 1) * log1p(-fits));
}

double anonymity_erlang_b(double load, unsigned int lanes)
{
	double blocked = 1;

	for (unsigned int n = 1; n <= lanes; n++)
		blocked = load * blocked / (n + load * blocked);
	return blocked;
}
