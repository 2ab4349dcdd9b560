//! What every kind of fault has in common: which of the requests that it is aimed at it strikes.

use crate::scenario::decode::Optional;
use crate::scenario::leaf::{Positive, Share, Whole};

/// A count of requests, from 1 on.
pub(crate) type Nth = Whole<1, { u64::MAX }>;

/// A kind of fault, seen from the requests.
pub(crate) trait Strikes {
    /// The share that it strikes.
    fn share(&self) -> &Optional<Positive<Share>>;
    /// The first so many.
    fn first(&self) -> &Optional<Nth>;
    /// Each so-manieth.
    fn every(&self) -> &Optional<Nth>;
}

/// Defines a kind of fault by its own keys; the keys that every kind has come behind them.
macro_rules! kind {
    (
        $(#[$of_kind:meta])*
        $kind:ident { $($(#[$of_key:meta])* $key:ident: $type:ty,)* }
    ) => {
        $(#[$of_kind])*
        #[derive(Debug, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(crate) struct $kind {
            $($(#[$of_key])* pub $key: $type,)*
            /// The share of the requests that it strikes, by chance.
            #[schemars(extend("default" = $crate::scenario::leaf::Share::written($crate::scenario::defaults::SHARE)))]
            pub share: $crate::scenario::decode::Optional<
                $crate::scenario::leaf::Positive<$crate::scenario::leaf::Share>,
            >,
            /// Only the first so many.
            pub first: $crate::scenario::decode::Optional<$crate::scenario::file::fault::kind::Nth>,
            /// Only each so-manieth.
            pub every: $crate::scenario::decode::Optional<$crate::scenario::file::fault::kind::Nth>,
        }

        $crate::scenario::decode::record!($kind { $($key,)* share, first, every });

        impl $crate::scenario::file::fault::kind::Strikes for $kind {
            fn share(
                &self,
            ) -> &$crate::scenario::decode::Optional<
                $crate::scenario::leaf::Positive<$crate::scenario::leaf::Share>,
            > {
                &self.share
            }

            fn first(
                &self,
            ) -> &$crate::scenario::decode::Optional<$crate::scenario::file::fault::kind::Nth> {
                &self.first
            }

            fn every(
                &self,
            ) -> &$crate::scenario::decode::Optional<$crate::scenario::file::fault::kind::Nth> {
                &self.every
            }
        }
    };
}
pub(super) use kind;

kind! {
    /// A kind without settings of its own.
    Plain {}
}
