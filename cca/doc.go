// Package cca relates two sets of variables observed together by canonical correlation analysis.
//
// # What it computes
//
// Given n observations of p variables x and of q variables y, the analysis finds the weighted sum of the x variables
// and the weighted sum of the y variables which correlate most; then the next such pair, uncorrelated with the first;
// and so on, min(p, q) pairs in all. The correlations of the pairs are the canonical correlations, the weighted sums
// the canonical variates. With one variable on each side the result is the absolute Pearson correlation, with one
// variable on one side the multiple correlation of regression.
//
// # When to use it
//
// Use it to ask whether, how strongly and through which variables two groups of measurements are linked: resource
// metrics and latencies, say. Read the loadings (the correlations of the variables with their own variates) rather than
// the weights to name a variate, since weights of variables which correlate with each other are unstable. Read the
// redundancy to judge whether the link matters: a canonical correlation may be high and yet concern a small share of
// the variance of either set.
//
// # Units
//
// Every variable is centred and divided by its sample standard deviation before anything else, so correlations,
// loadings, redundancy and standardised weights have no unit and do not depend on the units of the input. Raw weights
// have the inverse of the unit of their variable. Scores, the values of a variate, have mean zero and sample variance
// one:
//
//	score[i][k] = Σ_j (x[i][j] - XCenter[j]) * XWeights[j][k]
//
// The raw weights are those of R's cancor times sqrt(n-1).
//
// # Missing values and unusable variables
//
// NaN and ±Inf are missing values. A variable is dropped, and listed in the result with the reason, if all or more than
// half of its values are missing, if it is constant, if a single value exceeds the spread of all others so far (2⁴⁰
// times) that they would vanish in rounding or, without ridge, if it is a linear combination of variables of the same
// set in earlier columns. Then every row with a missing value in a remaining variable is left out. Nothing is imputed.
//
// # Method
//
// An orthogonal factorization reduces the standardised data to a triangle of order p+q, which has the same inner
// products; each set is then orthonormalized within the triangle, and the canonical correlations are the singular
// values of the product of the two orthonormal bases (Björck and Golub). No covariance matrix is formed, so nothing is
// lost by squaring the condition number. A ridge (Vinod) joins sqrt(ridge) times an identity to the triangle, which
// makes the same factorization that of the correlation matrix plus ridge. The time is proportional to n(p+q)², the
// memory to (n+p+q)(p+q).
//
// # Failure modes
//
// Analyze returns an error, and never panics, if the matrices are empty or differ in rows, an option makes no sense, no
// variable of a set can be used, or too few complete observations are left: without ridge there must be at least p+q+2,
// fewer being fitted perfectly by chance. Each error wraps one of the Err variables.
//
// Close to that limit the canonical correlations are far too high; look at the tests, not at the correlations.
// The F tests assume normal errors in at least one set, and both they and the permutation test assume that the
// observations are independent of each other. Successive samples of a time series are not: thin or difference them
// first, or the tests will find links where there are none.
//
// # Concurrency
//
// The functions are pure: they read their arguments and keep no state, so they may be called concurrently, also on the
// same matrices. The permutation test uses up to GOMAXPROCS goroutines, all of which have ended when Analyze returns.
// Its outcome does not depend on their number.
//
// # Sources
//
//   - H. Hotelling, Relations between two sets of variates, Biometrika 28 (1936).
//   - Å. Björck and G. H. Golub, Numerical methods for computing angles between linear subspaces, Mathematics of
//     Computation 27 (1973).
//   - C. R. Rao, An asymptotic expansion of the distribution of Wilks' criterion, Bulletin of the International
//     Statistical Institute 33 (1951).
//   - D. Stewart and W. Love, A general canonical correlation index, Psychological Bulletin 70 (1968).
//   - H. D. Vinod, Canonical ridge and econometrics of joint production, Journal of Econometrics 4 (1976).
//   - B. Phipson and G. K. Smyth, Permutation p-values should never be zero, Statistical Applications in Genetics and
//     Molecular Biology 9 (2010).
package cca
